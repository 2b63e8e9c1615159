import {
  type ConfigOf,
  type Converter,
  defineConfig,
  defineConverter,
  MillraceError,
  Misfit,
  matches,
  parseExact,
  parseKeepingText,
  range,
  type Schema,
  under,
} from '@millrace/sdk';
import { compileDecoder, type Decode, type DecodeOptions, TextNeeded } from './json-decoder.ts';
import { compileEncoder, type Encode, type EncodeOptions } from './json-encoder.ts';
import { schemaFromJson, schemaToJson } from './json-schema.ts';
import { poison } from './poison.ts';

const config = defineConfig({
  'schemas.enable': {
    type: 'boolean',
    default: true,
    importance: 'high',
    docs: 'Wraps every value with its schema in an envelope {"schema", "payload"}; reading expects the envelope. Off: plain JSON.',
  },
  'schemas.cache.size': {
    type: 'int',
    default: 1000,
    importance: 'high',
    docs: 'How many schemas that were read are kept, so that an equal one need not be parsed again.',
    validate: range(0),
  },
  'schema.content': {
    type: 'string',
    default: null,
    importance: 'low',
    docs: 'A schema as JSON that holds for every value read, which then has no envelope. Used with schemas.enable only.',
  },
  'decimal.format': {
    type: 'string',
    default: 'BASE64',
    importance: 'low',
    docs: 'How decimals are written: BASE64 (their bytes) or NUMERIC (a number). Both are read. Upper or lower case.',
    validate: matches(/^(base64|numeric)$/i, 'BASE64 or NUMERIC'),
    recommend: ['BASE64', 'NUMERIC'],
  },
  'replace.null.with.default': {
    type: 'boolean',
    default: true,
    importance: 'low',
    docs: 'A null becomes the default of its field, where the schema has one.',
  },
});

type JsonConfig = ConfigOf<typeof config>;

const ENVELOPE_HEAD = '{"schema":';
const PAYLOAD_HEAD = ',"payload":';
const SCHEMAS_HINT = 'If the topic holds plain JSON, set schemas.enable=false on this converter.';
const NOT_JSON_HINT =
  'Use the converter that the topic was written with: StringConverter for text, ByteArrayConverter for bytes as they are.';

/** Kafka Connect's JsonConverter: the same bytes, the same reading of them. */
export const jsonConverter = defineConverter({
  class: 'JsonConverter',
  aliases: ['org.apache.kafka.connect.json.JsonConverter'],
  version: '0.1.0',
  docs: 'JSON, with or without its schema in an envelope, in the format of Kafka Connect.',
  config,
  create: (values) => new JsonConverter(values),
});

/** What a schema compiles to for writing. */
interface Writer {
  /** Envelope up to the payload; empty without envelopes. */
  readonly head: Buffer;
  readonly encode: Encode;
}

/** What a schema that was read compiles to. */
interface Reader {
  readonly schema: Schema | undefined;
  readonly decode: Decode;
  readonly decodeTexts: Decode;
}

/** A reader and the bytes that come before the payload wherever its schema is written just so. */
interface KnownHead {
  readonly bytes: Buffer;
  readonly reader: Reader;
}

/** How many envelope heads are compared with a record before its schema is parsed. */
const KNOWN_HEADS_MAX = 8;

class JsonConverter implements Converter {
  readonly #withEnvelope: boolean;
  readonly #schemasMax: number;
  readonly #encodeOptions: EncodeOptions;
  readonly #decodeOptions: DecodeOptions;
  readonly #fixed: Reader | undefined;
  readonly #writers = new WeakMap<Schema, Writer>();
  readonly #bareWriter: Writer;
  /** By the schema's JSON text. */
  readonly #readers = new Map<string, Reader>();
  /** Last used first. */
  readonly #heads: KnownHead[] = [];

  constructor(values: JsonConfig) {
    this.#withEnvelope = values['schemas.enable'];
    this.#schemasMax = values['schemas.cache.size'];
    const replaceNullWithDefault = values['replace.null.with.default'];
    const decimalFormat = values['decimal.format'].toUpperCase() === 'NUMERIC' ? 'NUMERIC' : 'BASE64';
    this.#encodeOptions = { decimalFormat, replaceNullWithDefault };
    this.#decodeOptions = { replaceNullWithDefault, keepsText: false };
    this.#bareWriter = this.#compileWriter(undefined);
    const content = values['schema.content'];
    if (this.#withEnvelope && content !== null && content !== '') this.#fixed = this.#fixedReader(content);
  }

  /** Null without a schema is a null record value (a tombstone); a null with an optional schema is written out. */
  fromConnect(topic: string, schema: Schema | undefined, value: unknown): Buffer | null {
    if (schema === undefined && (value === null || value === undefined)) return null;
    try {
      const writer = schema === undefined ? this.#bareWriter : this.#writerOf(schema);
      const payload = writer.encode(value);
      return this.#withEnvelope ? enveloped(writer.head, payload) : Buffer.from(payload);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      throw poison(
        `JsonConverter can't write a value of topic ${topic}`,
        {
          code: 'VALUE_NOT_OF_SCHEMA',
          hint: 'Mend the value or the schema where the source makes it.',
        },
        error,
      );
    }
  }

  toConnect(
    topic: string,
    bytes: Buffer | null,
  ): { readonly value: unknown; readonly schema?: Schema | undefined } {
    if (bytes === null) return { value: null };
    try {
      if (!this.#withEnvelope) return { value: bytes.length === 0 ? null : parseExact(bytes.toString()) };
      if (this.#fixed) return { value: read(bytes.toString(), this.#fixed), schema: this.#fixed.schema };
      return this.#readKnown(bytes) ?? this.#readEnvelope(bytes.toString());
    } catch (error) {
      const fits = !(error instanceof SyntaxError);
      if (fits && !(error instanceof Misfit)) throw error;
      throw poison(
        `JsonConverter can't read a value of topic ${topic}`,
        fits ? { code: 'JSON_NOT_OF_SCHEMA', hint: SCHEMAS_HINT } : { code: 'NOT_JSON', hint: NOT_JSON_HINT },
        fits ? error : new Misfit('it is not JSON'),
      );
    }
  }

  #writerOf(schema: Schema): Writer {
    let writer = this.#writers.get(schema);
    if (writer === undefined) {
      writer = this.#compileWriter(schema);
      this.#writers.set(schema, writer);
    }
    return writer;
  }

  #compileWriter(schema: Schema | undefined): Writer {
    const encode = compileEncoder(schema, this.#encodeOptions);
    if (!this.#withEnvelope) return { head: Buffer.alloc(0), encode };
    const head = `${ENVELOPE_HEAD}${schemaToJson(schema, this.#encodeOptions)}${PAYLOAD_HEAD}`;
    return { head: Buffer.from(head), encode };
  }

  /**
   * Writers put the schema first and always in the same bytes. Where a record begins with such a known head, only
   * the payload is parsed; should it not end the envelope after all, the slow way decides.
   */
  #readKnown(bytes: Buffer): { readonly value: unknown; readonly schema: Schema | undefined } | null {
    for (let index = 0; index < this.#heads.length; index++) {
      const known = this.#heads[index] as KnownHead;
      const start = known.bytes.length;
      if (bytes.length <= start || known.bytes.compare(bytes, 0, start) !== 0) continue;
      if (bytes[bytes.length - 1] !== 0x7d) return null;
      if (index > 0) {
        this.#heads.splice(index, 1);
        this.#heads.unshift(known);
      }
      try {
        const text = bytes.toString('utf8', start, bytes.length - 1);
        return { value: read(text, known.reader), schema: known.reader.schema };
      } catch (error) {
        if (error instanceof SyntaxError) return null;
        throw error;
      }
    }
    return null;
  }

  #readEnvelope(text: string): { readonly value: unknown; readonly schema?: Schema | undefined } {
    const envelope = envelopeOf(text === '' ? null : JSON.parse(text));
    const reader = this.#readerOf(envelope.schema);
    this.#learnHead(text, reader);
    if (reader.schema === undefined) {
      return { value: envelopeOf(parseExact(text)).payload };
    }
    try {
      return { value: reader.decode(envelope.payload), schema: reader.schema };
    } catch (error) {
      if (!(error instanceof TextNeeded)) throw error;
      return { value: reader.decodeTexts(envelopeOf(parseKeepingText(text)).payload), schema: reader.schema };
    }
  }

  #readerOf(node: unknown): Reader {
    const key = JSON.stringify(node);
    let reader = this.#readers.get(key);
    if (reader === undefined) {
      reader = this.#compileReader(key);
      if (this.#readers.size >= this.#schemasMax)
        this.#readers.delete(this.#readers.keys().next().value ?? '');
      if (this.#schemasMax > 0) this.#readers.set(key, reader);
    }
    return reader;
  }

  #compileReader(schemaJson: string): Reader {
    try {
      const texts = { ...this.#decodeOptions, keepsText: true };
      const schema = schemaFromJson(parseKeepingText(schemaJson), texts);
      if (schema === undefined) return { schema, decode: (node) => node, decodeTexts: (node) => node };
      return {
        schema,
        decode: compileDecoder(schema, this.#decodeOptions),
        decodeTexts: compileDecoder(schema, texts),
      };
    } catch (error) {
      throw under('schema', error);
    }
  }

  #learnHead(text: string, reader: Reader): void {
    if (reader.schema === undefined || !text.startsWith(`${ENVELOPE_HEAD}{`)) return;
    const end = endOfObject(text, ENVELOPE_HEAD.length);
    if (!text.startsWith(PAYLOAD_HEAD, end)) return;
    const bytes = Buffer.from(text.slice(0, end + PAYLOAD_HEAD.length));
    this.#heads.unshift({ bytes, reader });
    if (this.#heads.length > KNOWN_HEADS_MAX) this.#heads.pop();
  }

  #fixedReader(content: string): Reader {
    try {
      return this.#compileReader(JSON.stringify(JSON.parse(content)));
    } catch (error) {
      throw new MillraceError('"schema.content" is not a schema as JSON.', {
        code: 'INVALID_CONFIG',
        class: 'config',
        path: 'schema.content',
        hint: 'Give one schema, such as {"type":"string"}.',
        cause: error,
      });
    }
  }
}

/** Parses a payload that stands alone; again with every number's text where a number asks for it. */
function read(text: string, { decode, decodeTexts }: Reader): unknown {
  try {
    return decode(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof TextNeeded)) throw error;
    return decodeTexts(parseKeepingText(text));
  }
}

function enveloped(head: Buffer, payload: string): Buffer {
  const out = Buffer.allocUnsafe(head.length + Buffer.byteLength(payload) + 1);
  head.copy(out);
  out.write(payload, head.length);
  out[out.length - 1] = 0x7d;
  return out;
}

function envelopeOf(node: unknown): { readonly schema: unknown; readonly payload: unknown } {
  const isEnvelope =
    typeof node === 'object' &&
    node !== null &&
    Object.keys(node).length === 2 &&
    Object.hasOwn(node, 'schema') &&
    Object.hasOwn(node, 'payload');
  if (!isEnvelope) throw new Misfit('it has no envelope of exactly "schema" and "payload"');
  return node as { schema: unknown; payload: unknown };
}

/** The index after the closing brace of the object that opens at `start` of valid JSON. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const char = text[index];
    if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return index + 1;
    else if (char === '"') index = endOfString(text, index);
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}
