import {
  type MillraceError,
  requireConfig,
  type SinkConnector,
  type SinkRecord,
  type SinkTask,
  type SourceConnector,
} from '@millrace/sdk';
import type { Options } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';

const named = (name: string) => manifest.plugins.find((plugin) => plugin.class === name);
export const elasticSource = named('ElasticsearchSource') as SourceConnector;
export const elasticSink = named('ElasticsearchSink') as SinkConnector;

const silent = () => undefined;

/** A sink task that runs as with `errors.tolerance=all`, and what became of its records. */
export interface RunningSink {
  readonly task: SinkTask;
  readonly rejected: { readonly record: SinkRecord; readonly error: MillraceError }[];
  /** Everything that was said of each figure. */
  readonly figures: Map<string, (number | null)[]>;
  /** Warnings of the log. */
  readonly warnings: string[];
  stop(): Promise<void>;
}

/** Starts a sink task; stop it in the end. */
export async function runSink(options: Options): Promise<RunningSink> {
  const abort = new AbortController();
  const rejected: RunningSink['rejected'] = [];
  const figures: RunningSink['figures'] = new Map();
  const warnings: string[] = [];
  const task = elasticSink.createTask({
    ...{ connector: 'test', task: 0, taskConfig: {}, signal: abort.signal, progress: silent },
    config: requireConfig(elasticSink.config, options),
    logger: {
      ...{ debug: silent, info: silent, error: silent, trace: silent },
      warn: (_facts: unknown, text: string) => void warnings.push(text),
    } as never,
    figure: (name, value) => void figures.set(name, [...(figures.get(name) ?? []), value]),
    notice: silent,
    reject: (record, error) => void rejected.push({ record, error: error as MillraceError }),
  });
  const stop = async () => {
    abort.abort();
    await task.stop();
  };
  await task.start();
  return { task, rejected, figures, warnings, stop };
}

let offsets = 0;

/** A record as a consumer hands it to a sink; each has a later offset than the one before. */
export function record(over: Partial<SinkRecord>): SinkRecord {
  return {
    ...{ topic: 'orders', partition: 0, offset: ++offsets, key: null, value: null, headers: [] },
    ...{ timestamp: null },
    ...over,
  };
}
