import { type ConsumerRecord, createAdmin } from '@millrace/client';
import {
  type ErrorReport,
  type Logger,
  MillraceError,
  requireConfig,
  toMillraceError,
} from '@millrace/foundation';
import type { AnyConnector, ConnectRecord, SinkConnector, SourceConnector } from '@millrace/sdk';
import type { ConnectorConfig } from '../../../core/config/cluster-config.ts';
import { errorPolicyOf } from '../../../plugins/error-config.ts';
import { PluginDirectory } from '../../../plugins/plugin-directory.ts';
import type { PluginLoader } from '../../../plugins/plugin-loader.ts';
import { topicsRegexOf } from '../../../plugins/topics-regex.ts';
import { copied, newestRecords } from '../../../records/newest-records.ts';
import type { PreviewedRecord, PreviewRequest, PreviewResult, PreviewStep } from '../../preview-protocol.ts';
import { boundedReport } from '../../trace.ts';
import { StepError } from '../pipeline/step-error.ts';
import { TransformChain } from '../pipeline/transform-chain.ts';
import { TaskConverters } from '../task-converters.ts';
import { RecordView } from './record-view.ts';

/** Partitions of a sink's topics that are looked at. */
const PARTITIONS_MAX = 200;
/** Of the records that one became, so many are shown; a transform may make thousands. */
const SHOWN_MAX = 20;
/** Topics that are named. */
const TOPICS_MAX = 200;

export interface PreviewOptions {
  readonly request: PreviewRequest;
  readonly connector: AnyConnector;
  /** Resolved and translated. */
  readonly config: ConnectorConfig;
  readonly loader: PluginLoader;
  readonly logger: Logger;
}

/**
 * Shows on real records what a connector would do: samples them, and takes them through converters and transforms step by step.
 * Reads only: no task is made, no group is joined, no topic, schema or offset is written.
 */
export async function preview(options: PreviewOptions): Promise<PreviewResult> {
  const { request, connector } = options;
  const signal = AbortSignal.timeout(request.timeoutMs);
  const config = withoutRegistration(options.config);
  const installed = new PluginDirectory(request.worker.plugins);
  const converters = await TaskConverters.create({
    ...{ loader: options.loader, installed, connectorConfig: config },
    workerConfig: withoutRegistration(request.worker.converters),
  });
  const chain = await TransformChain.create({
    ...{ loader: options.loader, installed, config, connector: request.connector },
    inlineAllowed: request.worker.inlineTransforms,
  });
  const admin = createAdmin({
    bootstrapServers: request.worker.bootstrapServers,
    clientId: `millrace-preview-${request.connector}`,
    logger: options.logger,
  });
  try {
    const known = await admin.listTopics();
    const run = {
      ...{ ...options, config, converters, chain, signal, known },
      ...{ view: new RecordView(), written: new Set<string>() },
    };
    const made = await (connector.type === 'source'
      ? previewSource(run, connector)
      : previewSink(run, connector));
    return { type: connector.type, topics: [], plan: null, error: null, ...made };
  } finally {
    await Promise.all([chain.close(), admin.close()]);
  }
}

interface Run extends PreviewOptions {
  readonly converters: TaskConverters;
  readonly chain: TransformChain;
  readonly signal: AbortSignal;
  readonly view: RecordView;
  /** Topics that a source's records would go to. */
  readonly written: Set<string>;
  readonly known: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly partition: number }[];
  }[];
}

type Made = Pick<PreviewResult, 'records' | 'withoutRecords'> & Partial<PreviewResult>;

async function previewSource(run: Run, connector: SourceConnector): Promise<Made> {
  if (!connector.sample)
    return { records: [], withoutRecords: `${connector.class} cannot be sampled before it runs.` };
  const { limit } = run.request;
  let sampled: readonly ConnectRecord[];
  try {
    const config = requireConfig(connector.config, run.config);
    sampled = checkSample(await connector.sample(config, { limit, signal: run.signal }));
  } catch (error) {
    return {
      records: [],
      withoutRecords: 'Nothing could be read.',
      error: reportOf(error, 'SAMPLE_FAILED', 'poll'),
    };
  }
  const records: PreviewedRecord[] = [];
  for (const record of sampled.slice(0, limit)) records.push((await throughSource(run, record)).shown);
  return {
    records,
    withoutRecords: sampled.length === 0 ? 'There is no record to show yet.' : null,
    topics: topicsOf(run),
  };
}

/** @throws {MillraceError} INVALID_SAMPLE: a plugin without types may give anything */
function checkSample(sampled: readonly ConnectRecord[]): readonly ConnectRecord[] {
  const isRecord = (one: Partial<ConnectRecord> | null) =>
    typeof one?.topic === 'string' && Array.isArray(one.headers);
  if (Array.isArray(sampled) && sampled.every(isRecord)) return sampled;
  throw new MillraceError("The connector's sample gave something else than a list of records.", {
    code: 'INVALID_SAMPLE',
    class: 'bug',
    hint: "Each has a topic and a list of headers; report this to the connector's author.",
  });
}

async function previewSink(run: Run, connector: SinkConnector): Promise<Made> {
  const { request, config, logger, signal } = run;
  const partitions = topicsRead(run).flatMap(({ name, partitions: all }) =>
    all.map(({ partition }) => ({ topic: name, partition })),
  );
  const newest = await newestRecords({
    bootstrapServers: request.worker.bootstrapServers,
    clientId: `millrace-preview-${request.connector}`,
    partitions: partitions.slice(0, PARTITIONS_MAX),
    perPartition: request.limit,
    keep: request.limit,
    take: copied,
    deadlineMs: performance.now() + request.timeoutMs / 2,
    ...{ signal, logger },
  });
  const records: PreviewedRecord[] = [];
  const batch: ConnectRecord[] = [];
  for (const record of newest.records) {
    const { shown, made } = await throughSink(run, record);
    records.push(shown);
    batch.push(...made);
  }
  const planned = await planOf(connector, config, batch, signal);
  return {
    records,
    withoutRecords: newest.records.length === 0 ? 'There is no record in its topics yet.' : null,
    topics: topicsOf(run),
    ...planned,
  };
}

async function planOf(
  connector: SinkConnector,
  config: ConnectorConfig,
  batch: readonly ConnectRecord[],
  signal: AbortSignal,
): Promise<Partial<PreviewResult>> {
  if (!connector.plan || batch.length === 0) return {};
  try {
    return { plan: await connector.plan(requireConfig(connector.config, config), batch, signal) };
  } catch (error) {
    return { error: reportOf(error, 'PLAN_FAILED', 'put') };
  }
}

/** A record on its way out: transforms, then converters. */
async function throughSource(run: Run, record: ConnectRecord): Promise<{ readonly shown: PreviewedRecord }> {
  const { steps, made, error } = await throughChain(run, record);
  const sizes: PreviewedRecord['sizes'][number][] = [];
  let failure = error;
  for (const one of made) {
    if (run.written.size < TOPICS_MAX) run.written.add(one.topic);
    try {
      const { key, value } = await run.converters.toBytes(one);
      if (sizes.length < SHOWN_MAX)
        sizes.push({ keyBytes: key?.length ?? 0, valueBytes: value?.length ?? 0 });
    } catch (thrown) {
      failure ??= reportOf(thrown, 'RECORD_NOT_CONVERTED', 'convert');
    }
  }
  const { records: after, ...more } = shownOf(run, made);
  const shown = { readFrom: null, before: run.view.record(record), steps, after, sizes, ...more };
  return { shown: { ...shown, error: failure } };
}

/** A record on its way in: converters, then transforms. */
async function throughSink(
  run: Run,
  record: ConsumerRecord,
): Promise<{ readonly shown: PreviewedRecord; readonly made: readonly ConnectRecord[] }> {
  const { topic, partition, offset } = record;
  const readFrom = { topic, partition, offset };
  const sizes = [{ keyBytes: record.key?.length ?? 0, valueBytes: record.value?.length ?? 0 }];
  try {
    const read = await run.converters.toRecord(record);
    const { steps, made, error } = await throughChain(run, read);
    const { records: after, ...more } = shownOf(run, made);
    return { shown: { readFrom, before: run.view.record(read), steps, after, sizes, ...more, error }, made };
  } catch (thrown) {
    const error = reportOf(thrown, 'RECORD_NOT_CONVERTED', 'convert');
    return { shown: { readFrom, before: null, steps: [], after: [], sizes, error }, made: [] };
  }
}

/** The chain, one step after the other, up to the one that fails or leaves nothing. */
async function throughChain(run: Run, record: ConnectRecord) {
  const steps: PreviewStep[] = [];
  let made: readonly ConnectRecord[] = [record];
  for (const [index, name] of run.chain.names.entries()) {
    try {
      const next: ConnectRecord[] = [];
      for (const one of made) next.push(...listOf(await run.chain.applyStep(index, one)));
      const [before, after] = [made[0], next[0]];
      const oneToOne = made.length === 1 && next.length === 1 && before && after;
      const differences = oneToOne ? run.view.differences(before, after) : [];
      steps.push({ name, ...shownOf(run, next), differences });
      made = next;
    } catch (thrown) {
      return { steps, made: [], error: reportOf(thrown, 'TRANSFORM_FAILED', 'transform') };
    }
    if (made.length === 0 || run.signal.aborted) break;
  }
  return { steps, made, error: null };
}

/** The first of them, and how many more there are. */
function shownOf({ view }: Run, made: readonly ConnectRecord[]): Pick<PreviewStep, 'records' | 'more'> {
  const records = made.slice(0, SHOWN_MAX).map((record) => view.record(record));
  return made.length > SHOWN_MAX ? { records, more: made.length - SHOWN_MAX } : { records };
}

function listOf(made: ConnectRecord | readonly ConnectRecord[] | null): readonly ConnectRecord[] {
  if (made === null) return [];
  return Array.isArray(made) ? made : [made as ConnectRecord];
}

/** Topics of a sink, as it would subscribe to them. */
function topicsRead({ config, known }: Run): Run['known'] {
  const names = new Set((config.topics ?? '').split(',').map((topic) => topic.trim()));
  const pattern = topicsRegexOf(config);
  return known.filter(({ name }) => (pattern ? pattern.test(name) : names.has(name)));
}

function topicsOf({ config, known, written }: Run): PreviewResult['topics'] {
  const exists = (name: string) => known.some((topic) => topic.name === name);
  const { deadLetters, toleratesAll } = errorPolicyOf(config);
  return [
    ...[...written].sort().map((name) => ({ name, exists: exists(name), purpose: 'records' as const })),
    ...(deadLetters && toleratesAll
      ? [{ name: deadLetters.topic, exists: exists(deadLetters.topic), purpose: 'dead letters' as const }]
      : []),
  ];
}

/** A converter that would put a schema into its registry is kept from it: that would be writing. */
function withoutRegistration(config: ConnectorConfig): ConnectorConfig {
  return {
    ...config,
    'key.converter.auto.register.schemas': 'false',
    'value.converter.auto.register.schemas': 'false',
  };
}

function reportOf(thrown: unknown, code: string, stage: string): ErrorReport {
  const error = thrown instanceof StepError ? thrown.error : thrown;
  return boundedReport(toMillraceError(error, { code, class: 'bug' }).with({ stage }).report());
}

/** @throws {MillraceError} INVALID_CONFIG for what the definition refuses */
export function refuseUnusable(connector: AnyConnector, config: ConnectorConfig): void {
  requireConfig(connector.config, config);
  if (connector.type === 'sink' && !config.topics?.trim() && !config['topics.regex']?.trim()) {
    throw new MillraceError('Either "topics" or "topics.regex" must say what to read.', {
      code: 'INVALID_CONFIG',
      class: 'config',
      path: 'topics',
    });
  }
}
