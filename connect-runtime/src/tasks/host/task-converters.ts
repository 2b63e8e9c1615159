import { inspect } from 'node:util';
import type { ConsumerRecord, ProducerRecord, RecordHeader } from '@millrace/client';
import {
  type ConnectRecord,
  type Converted,
  type Converter,
  type Header,
  jsonText,
  type SinkRecord,
} from '@millrace/sdk';
import type { ConnectorConfig } from '../../core/config/cluster-config.ts';
import type { PluginDirectory } from '../../plugins/plugin-directory.ts';
import type { PluginLoader } from '../../plugins/plugin-loader.ts';
import { requireOptions } from '../../plugins/require-options.ts';
import type { FailedRecord } from './pipeline/dead-letter.ts';
import { pluginError, type Step, StepError } from './pipeline/step-error.ts';

/** Which converters a task uses, and where they come from. */
export interface ConverterChoice {
  readonly loader: PluginLoader;
  readonly installed: PluginDirectory;
  readonly connectorConfig: ConnectorConfig;
  /** The worker's own `key.converter`, `key.converter.*` and so on. */
  readonly workerConfig: ConnectorConfig;
}

/** Records to bytes and back, by the connector's converters or else the worker's. Without a promise where no converter must ask first. */
export class TaskConverters {
  readonly #key: Converter;
  readonly #value: Converter;
  readonly #header: Converter;
  readonly #steps: ConverterSteps;
  /** Whether some converter may have to ask somebody before it can write, or read. */
  readonly #asksToWrite: boolean;
  readonly #asksToRead: boolean;

  private constructor(key: Converter, value: Converter, header: Converter, steps: ConverterSteps) {
    this.#key = key;
    this.#value = value;
    this.#header = header;
    this.#steps = steps;
    const all = [key, value, header];
    this.#asksToWrite = all.some((converter) => converter.beforeFromConnect !== undefined);
    this.#asksToRead = all.some((converter) => converter.beforeToConnect !== undefined);
  }

  /** @throws {MillraceError} UNKNOWN_CONVERTER, INVALID_CONFIG (class config) */
  static async create(choice: ConverterChoice): Promise<TaskConverters> {
    const key = await load(choice, 'key.converter');
    const value = await load(choice, 'value.converter');
    const header = await load(choice, 'header.converter');
    return new TaskConverters(key, value, header, {
      key: converterStep('KEY_CONVERTER', classNameOf(choice, 'key.converter')),
      value: converterStep('VALUE_CONVERTER', classNameOf(choice, 'value.converter')),
      header: converterStep('HEADER_CONVERTER', classNameOf(choice, 'header.converter')),
    });
  }

  /** @throws {StepError} of the converter that failed; poison where it did not say otherwise */
  toBytes(record: ConnectRecord): ProducerRecord | Promise<ProducerRecord> {
    const asked = this.#asksToWrite ? this.#askToWrite(record) : null;
    return asked ? asked.then(() => this.#toBytes(record)) : this.#toBytes(record);
  }

  /** @throws {StepError} of the converter that failed; poison where it did not say otherwise */
  toRecord(record: ConsumerRecord): SinkRecord | Promise<SinkRecord> {
    const asked = this.#asksToRead ? this.#askToRead(record) : null;
    return asked ? asked.then(() => this.#toRecord(record)) : this.#toRecord(record);
  }

  /**
   * The bytes of a record that failed, as far as its converters can write them. What they can't is JSON, as JsonConverter writes it
   * without schemas; a header that can't be written is left out.
   */
  async toFailedBytes(record: ConnectRecord): Promise<Pick<FailedRecord, 'key' | 'value' | 'headers'>> {
    const { topic, key, keySchema, value, valueSchema } = record;
    const headers: RecordHeader[] = [];
    for (const header of record.headers) {
      await this.#header.beforeFromConnect?.(topic, header.schema, header.value)?.catch(() => undefined);
      try {
        headers.push(this.#headerToBytes(topic, header));
      } catch {
        // The error that is told is the one that the record failed with.
      }
    }
    return {
      key: await bytesOrJson(this.#key, topic, { value: key, schema: keySchema }),
      value: await bytesOrJson(this.#value, topic, { value, schema: valueSchema }),
      headers,
    };
  }

  #toBytes(record: ConnectRecord): ProducerRecord {
    const { topic, partition, timestamp } = record;
    let step = this.#steps.key;
    try {
      const key = this.#key.fromConnect(topic, record.keySchema, record.key);
      step = this.#steps.value;
      const value = this.#value.fromConnect(topic, record.valueSchema, record.value);
      step = this.#steps.header;
      const headers =
        record.headers.length === 0
          ? NO_HEADERS
          : record.headers.map((header) => this.#headerToBytes(topic, header));
      return { topic, partition, timestamp, key, value, headers };
    } catch (error) {
      throw failed(step, error);
    }
  }

  #toRecord(record: ConsumerRecord): SinkRecord {
    const { topic, partition, offset, timestamp } = record;
    let step = this.#steps.key;
    try {
      const key = this.#key.toConnect(topic, record.key);
      step = this.#steps.value;
      const value = this.#value.toConnect(topic, record.value);
      step = this.#steps.header;
      return {
        topic,
        partition,
        offset,
        timestamp,
        key: key.value,
        keySchema: key.schema,
        value: value.value,
        valueSchema: value.schema,
        headers:
          record.headers.length === 0
            ? NO_HEADERS
            : record.headers.map((header) => this.#headerToRecord(topic, header)),
      };
    } catch (error) {
      throw failed(step, error);
    }
  }

  #askToWrite(record: ConnectRecord): Promise<unknown> | null {
    const { topic, headers } = record;
    const { key, value, header } = this.#steps;
    const asked = [
      asking(key, () => this.#key.beforeFromConnect?.(topic, record.keySchema, record.key)),
      asking(value, () => this.#value.beforeFromConnect?.(topic, record.valueSchema, record.value)),
      ...headers.map((each) =>
        asking(header, () => this.#header.beforeFromConnect?.(topic, each.schema, each.value)),
      ),
    ].filter((question) => question !== null);
    return asked.length === 0 ? null : Promise.all(asked);
  }

  #askToRead(record: ConsumerRecord): Promise<unknown> | null {
    const { topic, headers } = record;
    const { key, value, header } = this.#steps;
    const asked = [
      asking(key, () => this.#key.beforeToConnect?.(topic, record.key)),
      asking(value, () => this.#value.beforeToConnect?.(topic, record.value)),
      ...headers.map((each) => asking(header, () => this.#header.beforeToConnect?.(topic, each.value))),
    ].filter((question) => question !== null);
    return asked.length === 0 ? null : Promise.all(asked);
  }

  #headerToBytes(topic: string, header: Header): RecordHeader {
    return { key: header.key, value: this.#header.fromConnect(topic, header.schema, header.value) };
  }

  #headerToRecord(topic: string, header: RecordHeader): Header {
    const { value, schema } = this.#header.toConnect(topic, header.value);
    return { key: header.key, value, schema };
  }
}

interface ConverterSteps {
  readonly key: Step;
  readonly value: Step;
  readonly header: Step;
}

/** What Kafka Connect takes for headers where nothing else is said. */
const SIMPLE_HEADER_CONVERTER = 'org.apache.kafka.connect.storage.SimpleHeaderConverter';
const NO_HEADERS: readonly never[] = [];
const INSPECT_DEPTH_MAX = 8;

function converterStep(connectStage: Step['connectStage'], className: string): Step {
  return { stage: 'convert', connectStage, className };
}

function failed(step: Step, thrown: unknown): StepError {
  return new StepError(step, pluginError(thrown, { code: 'RECORD_NOT_CONVERTED', class: 'poison' }));
}

async function bytesOrJson(converter: Converter, topic: string, part: Converted): Promise<Buffer | null> {
  const { value, schema } = part;
  try {
    await converter.beforeFromConnect?.(topic, schema, value);
    return converter.fromConnect(topic, schema, value);
  } catch {
    return value === null || value === undefined ? null : Buffer.from(readable(value), 'utf8');
  }
}

function readable(value: unknown): string {
  try {
    return jsonText(value);
  } catch {
    // What has no form in JSON, such as a value that contains itself.
    return inspect(value, { depth: INSPECT_DEPTH_MAX });
  }
}

/** What a converter must find out first, or null where it knows everything; a failure names its step. */
function asking(step: Step, ask: () => Promise<void> | null | undefined): Promise<void> | null {
  try {
    const answer = ask();
    if (!answer) return null;
    return answer.catch((error) => {
      throw failed(step, error);
    });
  } catch (error) {
    throw failed(step, error);
  }
}

function classNameOf(choice: ConverterChoice, key: string): string {
  const named = choice.connectorConfig[key]?.trim() || choice.workerConfig[key]?.trim();
  return named || (key === 'header.converter' ? SIMPLE_HEADER_CONVERTER : '');
}

async function load(choice: ConverterChoice, key: string): Promise<Converter> {
  const from = choice.connectorConfig[key]?.trim() ? choice.connectorConfig : choice.workerConfig;
  const className = classNameOf(choice, key);
  const plugin = await choice.loader.find('converter', choice.installed, {
    class: className,
    version: from[`${key}.plugin.version`],
    path: key,
    versionPath: `${key}.plugin.version`,
  });
  const prefix = `${key}.`;
  const options = Object.fromEntries(
    Object.entries(from).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
  return plugin.create(requireOptions(plugin.config, options, prefix), key === 'key.converter');
}
