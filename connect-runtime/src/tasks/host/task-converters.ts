import type { ConsumerRecord, ProducerRecord, RecordHeader } from '@millrace/client';
import { MillraceError, requireConfig } from '@millrace/foundation';
import type { ConnectRecord, Converter, Header, Schema, SinkRecord } from '@millrace/sdk';
import type { ConnectorConfig } from '../../core/config/cluster-config.ts';
import type { PluginLoader } from '../../plugins/plugin-loader.ts';

/** Which converters a task uses, and where they come from. */
export interface ConverterChoice {
  readonly loader: PluginLoader;
  /** Modules that bring converters. */
  readonly modules: readonly string[];
  readonly connectorConfig: ConnectorConfig;
  /** The worker's own `key.converter`, `key.converter.*` and so on. */
  readonly workerConfig: ConnectorConfig;
}

/** Records to bytes and back, by the connector's converters or else the worker's. */
export class TaskConverters {
  readonly #key: Converter;
  readonly #value: Converter;

  private constructor(key: Converter, value: Converter) {
    this.#key = key;
    this.#value = value;
  }

  /** @throws {MillraceError} UNKNOWN_CONVERTER, INVALID_CONFIG (class config) */
  static async create(choice: ConverterChoice): Promise<TaskConverters> {
    return new TaskConverters(await load(choice, 'key.converter'), await load(choice, 'value.converter'));
  }

  /** @throws {MillraceError} class poison, with the stage */
  toBytes(record: ConnectRecord): ProducerRecord {
    const { topic, partition, timestamp } = record;
    try {
      return {
        topic,
        partition,
        timestamp,
        key: this.#key.fromConnect(topic, record.keySchema, record.key),
        value: this.#value.fromConnect(topic, record.valueSchema, record.value),
        headers: record.headers.map(headerToBytes),
      };
    } catch (error) {
      throw poisoned(error, { topic, partition });
    }
  }

  /** @throws {MillraceError} class poison, with the stage and the record's coordinates */
  toRecord(record: ConsumerRecord): SinkRecord {
    const { topic, partition, offset, timestamp } = record;
    try {
      const key = this.#key.toConnect(topic, record.key);
      const value = this.#value.toConnect(topic, record.value);
      return {
        topic,
        partition,
        offset,
        timestamp,
        key: key.value,
        keySchema: key.schema,
        value: value.value,
        valueSchema: value.schema,
        headers: record.headers.map(headerToRecord),
      };
    } catch (error) {
      throw poisoned(error, { topic, partition, offset });
    }
  }
}

async function load(choice: ConverterChoice, key: string): Promise<Converter> {
  const chosen = choice.connectorConfig[key]?.trim();
  const from = chosen ? choice.connectorConfig : choice.workerConfig;
  const className = chosen || choice.workerConfig[key] || '';
  const plugin = await choice.loader.converter(choice.modules, className, key);
  const prefix = `${key}.`;
  const options = Object.fromEntries(
    Object.entries(from).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
  return plugin.create(requireConfig(plugin.config, options), key === 'key.converter');
}

function poisoned(
  error: unknown,
  record: { topic: string; partition: number | null; offset?: number },
): MillraceError {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof MillraceError ? error.details.hint : undefined;
  return new MillraceError(message, {
    code: error instanceof MillraceError ? error.code : 'RECORD_NOT_CONVERTED',
    class: 'poison',
    stage: 'convert',
    record,
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

/** As Kafka Connect's SimpleHeaderConverter writes: text as it is, anything else as JSON. */
function headerToBytes(header: Header): RecordHeader {
  const { key, value } = header;
  if (value === null || value === undefined) return { key, value: null };
  if (Buffer.isBuffer(value)) return { key, value };
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return { key, value: Buffer.from(text, 'utf8') };
}

const textSchema: Schema = { type: 'string' };

function headerToRecord(header: RecordHeader): Header {
  return { key: header.key, value: header.value?.toString('utf8') ?? null, schema: textSchema };
}
