import { type Converter, defineConfig, defineConverter, Misfit, type Schema } from '@millrace/sdk';
import { javaText } from './java-text.ts';
import { poison } from './poison.ts';

interface TextCodec {
  readonly encode: (text: string) => Buffer;
  readonly decode: (bytes: Buffer) => string;
}

// Java writes `?` for what a charset lacks; Node would write the low byte of something else.
const singleByte = (encoding: 'latin1' | 'ascii', missing: RegExp): TextCodec => ({
  encode: (text) => Buffer.from(text.replace(missing, '?'), 'latin1'),
  decode: (bytes) => bytes.toString(encoding),
});

const CODECS: Readonly<Record<string, TextCodec>> = {
  'UTF-8': { encode: (text) => Buffer.from(text), decode: (bytes) => bytes.toString() },
  'UTF-16LE': {
    encode: (text) => Buffer.from(text, 'utf16le'),
    decode: (bytes) => bytes.toString('utf16le'),
  },
  'UTF-16BE': {
    encode: (text) => Buffer.from(text, 'utf16le').swap16(),
    decode: (bytes) =>
      Buffer.from(bytes.subarray(0, bytes.length & ~1))
        .swap16()
        .toString('utf16le'),
  },
  'ISO-8859-1': singleByte('latin1', /[\u{100}-\u{10ffff}]/gu),
  'US-ASCII': singleByte('ascii', /\P{ASCII}/gu),
};

const SYNONYMS: Readonly<Record<string, string>> = {
  UTF8: 'UTF-8',
  'UTF-16LE': 'UTF-16LE',
  LATIN1: 'ISO-8859-1',
  'ISO8859-1': 'ISO-8859-1',
  ISO8859_1: 'ISO-8859-1',
  ASCII: 'US-ASCII',
};

const codecOf = (name: string): TextCodec | undefined =>
  CODECS[SYNONYMS[name.toUpperCase()] ?? name.toUpperCase()];

const config = defineConfig({
  'converter.encoding': {
    type: 'string',
    default: 'UTF-8',
    importance: 'high',
    docs: 'The charset of the bytes.',
    validate: Object.assign(
      (value: unknown) =>
        codecOf(String(value)) ? null : `must be one of ${Object.keys(CODECS).join(', ')}`,
      { allows: `one of ${Object.keys(CODECS).join(', ')}` },
    ),
    recommend: Object.keys(CODECS),
  },
});

const OPTIONAL_STRING: Schema = { type: 'string', optional: true };

/** Kafka Connect's StringConverter: text as it is, other values as Java's `toString` gives them. */
export const stringConverter = defineConverter({
  class: 'StringConverter',
  aliases: ['org.apache.kafka.connect.storage.StringConverter'],
  version: '0.1.0',
  docs: 'Text in a charset; values that are no text are written in the form that Kafka gives them.',
  config,
  create: (values): Converter => {
    const codec = codecOf(values['converter.encoding']) as TextCodec;
    return {
      fromConnect: (topic, schema, value) =>
        value === null || value === undefined ? null : codec.encode(textOf(topic, schema, value)),
      toConnect: (_topic, bytes) => ({
        value: bytes === null ? null : codec.decode(bytes),
        schema: OPTIONAL_STRING,
      }),
    };
  },
});

function textOf(topic: string, schema: Schema | undefined, value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return javaText(schema, value);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw poison(
      `StringConverter can't write a value of topic ${topic}`,
      { code: 'VALUE_NOT_TEXT', hint: 'Use ByteArrayConverter for bytes, JsonConverter for structures.' },
      error,
    );
  }
}
