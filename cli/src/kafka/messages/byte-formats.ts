import { decodedBytes } from '@millrace/connect-runtime';
import { isMillraceError, MillraceError } from '@millrace/foundation';
import type { ByteFormat, DecodedBytes } from '@millrace/rest-api';
import { jsonText } from '@millrace/sdk';

/** Reads Avro with a registry of schemas, as the converter of Connect does. */
export interface AvroReader {
  /** Null where the schema of these bytes is known; else resolves when it is. @throws {MillraceError} where the registry does not tell it */
  learn(topic: string, bytes: Buffer): Promise<void> | null;
  /** @throws {MillraceError} NOT_AVRO, AVRO_NOT_OF_SCHEMA, … */
  read(topic: string, bytes: Buffer): { readonly value: unknown; readonly schema: string };
}

/** Bytes of one topic, as people read them. */
export class ByteFormats {
  readonly #topic: string;
  readonly #avro: AvroReader | null;

  constructor(topic: string, avro: AvroReader | null) {
    this.#topic = topic;
    this.#avro = avro;
  }

  /** To be awaited, where it is not null, before these bytes are read. A registry that does not answer is told of then. */
  learn(bytes: Buffer | null, format: ByteFormat): Promise<void> | null {
    if (bytes === null || this.#avro === null || !mayBeAvro(bytes, format)) return null;
    return this.#avro.learn(this.#topic, bytes)?.catch(() => undefined) ?? null;
  }

  /** What a filter compares: what JSON or Avro say, else the text; undefined where the bytes are not what `format` says. */
  value(bytes: Buffer | null, format: ByteFormat): unknown {
    if (bytes === null) return null;
    if (format === 'hex' || format === 'base64') return bytes.toString(format);
    try {
      if (format === 'avro') return this.#readAvro(bytes).value;
      if (format === 'text') return bytes.toString('utf8');
      return JSON.parse(bytes.toString('utf8'));
    } catch {
      if (format !== 'auto') return undefined;
      return this.#autoAvro(bytes)?.value ?? bytes.toString('utf8');
    }
  }

  /** Cut after `maxBytes`. What is not what `format` says comes as hex, with the reason. */
  shown(bytes: Buffer | null, format: ByteFormat, maxBytes: number): DecodedBytes {
    if (bytes === null) return decodedBytes(null, maxBytes);
    const plain = decodedBytes(bytes, maxBytes);
    switch (format) {
      case 'auto': {
        const avro = plain.encoding === 'json' ? null : this.#autoAvro(bytes);
        return avro === null ? plain : shownAvro(avro, bytes.length, maxBytes);
      }
      case 'avro':
        try {
          return shownAvro(this.#readAvro(bytes), bytes.length, maxBytes);
        } catch (error) {
          return failed(bytes, maxBytes, isMillraceError(error) ? error.message : String(error));
        }
      case 'json':
        return plain.encoding === 'json' || plain.truncated
          ? plain
          : failed(bytes, maxBytes, 'This is not JSON.');
      case 'text':
        return { ...plain, encoding: 'text', text: cutText(bytes.toString('utf8'), maxBytes) };
      default:
        return raw(bytes, format, maxBytes);
    }
  }

  #autoAvro(bytes: Buffer): { readonly value: unknown; readonly schema: string } | null {
    if (this.#avro === null || !mayBeAvro(bytes, 'auto')) return null;
    try {
      return this.#avro.read(this.#topic, bytes);
    } catch {
      return null;
    }
  }

  #readAvro(bytes: Buffer): { readonly value: unknown; readonly schema: string } {
    if (this.#avro !== null) return this.#avro.read(this.#topic, bytes);
    throw new MillraceError(
      'This worker knows no registry of schemas: its value.converter.schema.registry.url is not set.',
      {
        code: 'NO_SCHEMA_REGISTRY',
        class: 'config',
      },
    );
  }
}

/** The mark of a registered schema, and four bytes of its id. */
const HEAD_BYTES = 5;

function mayBeAvro(bytes: Buffer, format: ByteFormat): boolean {
  return (format === 'auto' || format === 'avro') && bytes.length >= HEAD_BYTES && bytes[0] === 0;
}

function shownAvro(
  { value, schema }: { readonly value: unknown; readonly schema: string },
  sizeBytes: number,
  maxBytes: number,
): DecodedBytes {
  const whole = jsonText(value ?? null);
  const text = cutText(whole, maxBytes);
  return { encoding: 'avro', text, sizeBytes, truncated: text.length < whole.length, schema };
}

function failed(bytes: Buffer, maxBytes: number, failure: string): DecodedBytes {
  return { ...raw(bytes, 'hex', maxBytes), failure };
}

function raw(bytes: Buffer, encoding: 'hex' | 'base64', maxBytes: number): DecodedBytes {
  const text = bytes.subarray(0, maxBytes).toString(encoding);
  return { encoding, text, sizeBytes: bytes.length, truncated: bytes.length > maxBytes };
}

function cutText(text: string, maxBytes: number): string {
  return text.length <= maxBytes ? text : text.slice(0, maxBytes);
}
