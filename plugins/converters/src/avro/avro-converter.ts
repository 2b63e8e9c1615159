import {
  type ConfigOf,
  type ConfigValue,
  type Converter,
  defineConfig,
  defineConverter,
  MillraceError,
  Misfit,
  nonEmpty,
  range,
  type Schema,
} from '@millrace/sdk';
import { poison } from '../poison.ts';
import { type AvroDecoder, avroDecoder } from './avro-decoder.ts';
import { avroEncoder, type ToAvro } from './avro-encoder.ts';
import { type AvroJson, avroNode } from './avro-node.ts';
import { type AvroType, avroType } from './avro-type.ts';
import { BoundedCache } from './bounded-cache.ts';
import { avroSchemaOf } from './connect-to-avro.ts';
import { SchemaRegistry } from './schema-registry.ts';

const STRATEGIES = ['TopicNameStrategy', 'RecordNameStrategy', 'TopicRecordNameStrategy'] as const;

const strategyOf = (name: string) => STRATEGIES.find((one) => one === name.split('.').at(-1));

function checkUrls(value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null {
  const wrong = (value as readonly string[]).some(
    (url) => !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol),
  );
  return nonEmpty(value, all) ?? (wrong ? 'must hold http or https addresses' : null);
}

const subjects = (side: string) =>
  ({
    type: 'class',
    default: 'TopicNameStrategy',
    importance: 'medium',
    docs: `Under which subject schemas of a ${side} are registered: topic-${side}, the name of the record, or topic-name.`,
    validate: Object.assign(
      (value: ConfigValue) => (strategyOf(String(value)) ? null : `must be one of ${STRATEGIES.join(', ')}`),
      { allows: `one of ${STRATEGIES.join(', ')}` },
    ),
    recommend: STRATEGIES,
  }) as const;

const config = defineConfig({
  'schema.registry.url': {
    type: 'list',
    importance: 'high',
    docs: 'Addresses of the registry; the next one is asked where one does not answer.',
    validate: Object.assign(checkUrls, { allows: 'http or https addresses' }),
  },
  'auto.register.schemas': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    docs: 'New schemas are registered. Off: they must be there.',
  },
  'use.latest.version': {
    type: 'boolean',
    default: false,
    importance: 'low',
    docs: 'Values are written with the newest schema of their subject; with auto.register.schemas=false only.',
  },
  'key.subject.name.strategy': subjects('key'),
  'value.subject.name.strategy': subjects('value'),
  'basic.auth.credentials.source': {
    type: 'string',
    default: 'URL',
    importance: 'medium',
    docs: 'Where user and password are: URL or USER_INFO (basic.auth.user.info).',
    validate: Object.assign(
      (value: ConfigValue) => (/^(URL|USER_INFO)$/.test(String(value)) ? null : 'must be URL or USER_INFO'),
      { allows: 'URL or USER_INFO' },
    ),
    recommend: ['URL', 'USER_INFO'],
  },
  'basic.auth.user.info': { type: 'password', default: null, importance: 'medium', docs: 'user:password.' },
  'schema.registry.basic.auth.user.info': {
    type: 'password',
    default: null,
    importance: 'low',
    docs: 'The older name of basic.auth.user.info.',
  },
  'schemas.cache.config': {
    type: 'int',
    default: 1000,
    importance: 'low',
    docs: 'How many schemas are kept, so that the registry is not asked again.',
    validate: range(1),
  },
  'connect.meta.data': {
    type: 'boolean',
    default: true,
    importance: 'low',
    docs: "Schemas carry Connect's own names, versions and parameters.",
  },
  'enhanced.avro.schema.support': {
    type: 'boolean',
    default: false,
    importance: 'low',
    docs: 'Enums that were read are written as enums again. Off: as text.',
  },
  'scrub.invalid.names': {
    type: 'boolean',
    default: false,
    importance: 'low',
    docs: 'Characters that Avro does not allow in names become underscores. Off: such a record is refused.',
  },
  'http.read.timeout.ms': {
    type: 'int',
    default: 60_000,
    importance: 'low',
    docs: 'How long one answer of the registry is waited for, ms.',
    validate: range(1),
  },
});

/** Confluent's AvroConverter: Avro with a registry of schemas. */
export const avroConverter = defineConverter({
  class: 'AvroConverter',
  aliases: ['io.confluent.connect.avro.AvroConverter'],
  version: '0.1.0',
  docs: 'Avro whose schemas are in a registry that speaks the REST API of Confluent.',
  config,
  create: (values, isKey) => new AvroConverter(values, isKey),
});

const MAGIC = 0;
const HEAD_BYTES = 5;
const HINT = 'Mend the value or the schema where the source makes it.';

/** How values of one Connect schema are written under one subject. */
interface Writer {
  readonly head: Buffer;
  readonly encode: ToAvro;
  readonly type: AvroType;
}

interface Reader extends AvroDecoder {
  readonly type: AvroType;
}

class AvroConverter implements Converter {
  readonly #values: ConfigOf<typeof config>;
  readonly #registry: SchemaRegistry;
  readonly #isKey: boolean;
  readonly #strategy: (typeof STRATEGIES)[number];
  /** By Connect schema, then by topic. */
  readonly #writers = new WeakMap<Schema, BoundedCache<string, Writer>>();
  /** By subject and Avro schema: sources that make a schema anew for each record don't ask again. */
  readonly #ids: BoundedCache<string, Writer>;
  readonly #readers: BoundedCache<number, Reader>;

  constructor(values: ConfigOf<typeof config>, isKey: boolean) {
    this.#values = values;
    this.#isKey = isKey;
    this.#strategy =
      strategyOf(values[isKey ? 'key.subject.name.strategy' : 'value.subject.name.strategy']) ??
      'TopicNameStrategy';
    this.#ids = new BoundedCache(values['schemas.cache.config']);
    this.#readers = new BoundedCache(values['schemas.cache.config']);
    const userInfo = values['basic.auth.user.info'] ?? values['schema.registry.basic.auth.user.info'];
    this.#registry = new SchemaRegistry({
      urls: values['schema.registry.url'],
      userInfo: values['basic.auth.credentials.source'] === 'USER_INFO' ? userInfo : null,
      timeoutMs: values['http.read.timeout.ms'],
    });
  }

  beforeFromConnect(topic: string, schema: Schema | undefined, value: unknown): Promise<void> | null {
    if (schema === undefined || this.#isTombstone(schema, value)) return null;
    return this.#writers.get(schema)?.get(topic) === undefined ? this.#learnWriter(topic, schema) : null;
  }

  fromConnect(topic: string, schema: Schema | undefined, value: unknown): Buffer | null {
    if (schema === undefined) {
      if (value === null || value === undefined) return null;
      throw poison(
        `AvroConverter can't write a value of topic ${topic}`,
        {
          code: 'VALUE_WITHOUT_SCHEMA',
          hint: 'Avro needs a schema: use a source or a converter that gives one, or JsonConverter.',
        },
        new Misfit('it has no schema'),
      );
    }
    if (this.#isTombstone(schema, value)) return null;
    const writer = this.#writers.get(schema)?.get(topic);
    if (writer === undefined) throw unprepared('beforeFromConnect');
    return this.#guarded(`can't write a value of topic ${topic}`, 'VALUE_NOT_OF_SCHEMA', () =>
      Buffer.concat([writer.head, writer.type.toBytes(writer.encode(value))]),
    );
  }

  beforeToConnect(topic: string, bytes: Buffer | null): Promise<void> | null {
    if (bytes === null || bytes.length < HEAD_BYTES || bytes[0] !== MAGIC) return null;
    const id = bytes.readInt32BE(1);
    return this.#readers.get(id) === undefined ? this.#learnReader(topic, id) : null;
  }

  toConnect(
    topic: string,
    bytes: Buffer | null,
  ): { readonly value: unknown; readonly schema?: Schema | undefined } {
    if (bytes === null) return { value: null };
    if (bytes.length < HEAD_BYTES || bytes[0] !== MAGIC) {
      throw poison(
        `AvroConverter can't read a value of topic ${topic}`,
        {
          code: 'NOT_AVRO',
          hint: 'Use the converter that the topic was written with, such as JsonConverter.',
        },
        new Misfit('it does not begin with the mark of a registered schema'),
      );
    }
    const reader = this.#readers.get(bytes.readInt32BE(1));
    if (reader === undefined) throw unprepared('beforeToConnect');
    return this.#guarded(`can't read a value of topic ${topic}`, 'AVRO_NOT_OF_SCHEMA', () => ({
      value: reader.decode(reader.type.fromBytes(bytes, HEAD_BYTES)),
      schema: reader.schema,
    }));
  }

  // A null with an optional schema is written out by JsonConverter, and is a tombstone to Confluent's AvroConverter.
  #isTombstone(schema: Schema, value: unknown): boolean {
    return (value === null || value === undefined) && schema.optional === true;
  }

  async #learnWriter(topic: string, schema: Schema): Promise<void> {
    const avro = this.#guarded(`can't write values of topic ${topic}`, 'SCHEMA_NOT_FOR_AVRO', () =>
      avroSchemaOf(schema, {
        metadata: this.#values['connect.meta.data'],
        keepsEnums: this.#values['enhanced.avro.schema.support'],
        scrubsNames: this.#values['scrub.invalid.names'],
      }),
    );
    const subject = this.#subject(topic, avro);
    const text = `${subject}\n${JSON.stringify(avro)}`;
    const writer = this.#ids.get(text) ?? (await this.#registered(subject, topic, avro, schema));
    this.#ids.set(text, writer);
    let byTopic = this.#writers.get(schema);
    if (byTopic === undefined) {
      byTopic = new BoundedCache(this.#values['schemas.cache.config']);
      this.#writers.set(schema, byTopic);
    }
    byTopic.set(topic, writer);
  }

  async #registered(subject: string, topic: string, avro: AvroJson, schema: Schema): Promise<Writer> {
    const { id, written } = await this.#idOf(subject, avro);
    return this.#guarded(`can't write values of topic ${topic}`, 'SCHEMA_NOT_FOR_AVRO', () => {
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeInt32BE(id, 1);
      return { head, encode: avroEncoder(avroNode(written), schema), type: avroType(written) };
    });
  }

  async #idOf(subject: string, avro: AvroJson): Promise<{ readonly id: number; readonly written: AvroJson }> {
    if (this.#values['auto.register.schemas'])
      return { id: await this.#registry.register(subject, avro), written: avro };
    if (!this.#values['use.latest.version'])
      return { id: await this.#registry.lookUp(subject, avro), written: avro };
    const { id, schema } = await this.#registry.latest(subject);
    return { id, written: schema };
  }

  async #learnReader(topic: string, id: number): Promise<void> {
    const avro = await this.#registry.byId(id);
    const reader = this.#guarded(`can't read values of topic ${topic}`, 'SCHEMA_NOT_FOR_CONNECT', () => ({
      ...avroDecoder(avroNode(avro)),
      type: avroType(avro),
    }));
    this.#readers.set(id, reader);
  }

  #subject(topic: string, avro: AvroJson): string {
    if (this.#strategy === 'TopicNameStrategy') return `${topic}-${this.#isKey ? 'key' : 'value'}`;
    const node = avroNode(avro);
    const record = node.kind === 'union' ? node.branches.find(({ kind }) => kind !== 'null') : node;
    if (record?.kind !== 'record') {
      throw poison(
        `AvroConverter can't name a subject for values of topic ${topic}`,
        { code: 'SUBJECT_WITHOUT_RECORD', hint: 'Use TopicNameStrategy for values that are no structs.' },
        new Misfit(`${this.#strategy} needs a record`),
      );
    }
    return this.#strategy === 'RecordNameStrategy' ? (record.name ?? '') : `${topic}-${record.name}`;
  }

  #guarded<T>(what: string, code: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      throw poison(`AvroConverter ${what}`, { code, hint: HINT }, error);
    }
  }
}

const unprepared = (method: string) =>
  new MillraceError(`AvroConverter was not prepared by ${method}.`, {
    code: 'CONVERTER_NOT_PREPARED',
    class: 'bug',
    hint: 'The runtime calls it, and waits for its promise, before each value.',
  });
