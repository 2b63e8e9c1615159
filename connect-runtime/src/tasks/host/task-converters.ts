import type { ConsumerRecord, ProducerRecord, RecordHeader } from '@millrace/client';
import { MillraceError, requireConfig } from '@millrace/foundation';
import type { ConnectRecord, Converter, Header, Schema, SinkRecord } from '@millrace/sdk';
import type { ConnectorConfig } from '../../core/config/cluster-config.ts';
import type { PluginLoader } from '../../plugins/plugin-loader.ts';
import { simpleHeaderConverters } from '../../plugins/simple-header-converters.ts';

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
  /** Null: headers are written as text and read as text. */
  readonly #header: Converter | null;

  private constructor(key: Converter, value: Converter, header: Converter | null) {
    this.#key = key;
    this.#value = value;
    this.#header = header;
  }

  /** @throws {MillraceError} UNKNOWN_CONVERTER, INVALID_CONFIG (class config) */
  static async create(choice: ConverterChoice): Promise<TaskConverters> {
    const key = await load(choice, 'key.converter');
    const value = await load(choice, 'value.converter');
    const named = classNameOf(choice, 'header.converter');
    const simple = named === '' || simpleHeaderConverters.includes(named);
    return new TaskConverters(key, value, simple ? null : await load(choice, 'header.converter'));
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
        headers: record.headers.map((header) => this.#headerToBytes(topic, header)),
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
        headers: record.headers.map((header) => this.#headerToRecord(topic, header)),
      };
    } catch (error) {
      throw poisoned(error, { topic, partition, offset });
    }
  }

  #headerToBytes(topic: string, header: Header): RecordHeader {
    if (!this.#header) return headerToText(header);
    return { key: header.key, value: this.#header.fromConnect(topic, header.schema, header.value) };
  }

  #headerToRecord(topic: string, header: RecordHeader): Header {
    if (!this.#header) return headerFromText(header);
    const { value, schema } = this.#header.toConnect(topic, header.value);
    return { key: header.key, value, schema };
  }
}

function classNameOf(choice: ConverterChoice, key: string): string {
  return choice.connectorConfig[key]?.trim() || choice.workerConfig[key]?.trim() || '';
}

async function load(choice: ConverterChoice, key: string): Promise<Converter> {
  const from = choice.connectorConfig[key]?.trim() ? choice.connectorConfig : choice.workerConfig;
  const className = classNameOf(choice, key);
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

/** As Kafka Connect's SimpleHeaderConverter writes: text as it is, anything else as JSON. Numbers are read as text. */
function headerToText(header: Header): RecordHeader {
  const { key, value } = header;
  if (value === null || value === undefined) return { key, value: null };
  if (Buffer.isBuffer(value)) return { key, value };
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return { key, value: Buffer.from(text, 'utf8') };
}

const textSchema: Schema = { type: 'string' };

function headerFromText(header: RecordHeader): Header {
  return { key: header.key, value: header.value?.toString('utf8') ?? null, schema: textSchema };
}
