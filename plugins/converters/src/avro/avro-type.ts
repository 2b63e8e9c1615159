import { createRequire } from 'node:module';
import { Misfit } from '@millrace/sdk';
import type avsc from 'avsc';
import type { AvroJson } from './avro-node.ts';

/** Writes and reads the bytes of one Avro schema. */
export interface AvroType {
  /** @throws {Misfit} where the value does not fit */
  toBytes(value: unknown): Buffer;
  /** Reads from `offset` to the end. @throws {Misfit} */
  fromBytes(bytes: Buffer, offset: number): unknown;
}

const require = createRequire(import.meta.url);
let library: typeof avsc | null = null;

/** Loaded with the first schema: each task host has this package, and hardly one reads Avro. */
function avro(): typeof avsc {
  library ??= require('avsc') as typeof avsc;
  return library;
}

/** int64 as a number where it is exact, else as a bigint. */
function longType(): avsc.types.LongType {
  return avro().types.LongType.__with({
    fromBuffer: (bytes: Buffer) => {
      const exact = bytes.readBigInt64LE();
      const number = Number(exact);
      return Number.isSafeInteger(number) ? number : exact;
    },
    toBuffer: (value: number | bigint) => {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigInt64LE(BigInt(value));
      return bytes;
    },
    fromJSON: (value: unknown) => value,
    toJSON: (value: unknown) => Number(value),
    isValid: (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value),
    compare: (one: number | bigint, other: number | bigint) => (one === other ? 0 : one < other ? -1 : 1),
  });
}

/** @throws {Misfit} where the library takes the schema for wrong */
export function avroType(schema: AvroJson): AvroType {
  const type = typeOf(schema);
  return {
    toBytes: (value) => {
      try {
        return type.toBuffer(value);
      } catch {
        // The library's own message quotes the value.
        throw new Misfit('does not fit its Avro schema');
      }
    },
    fromBytes: (bytes, offset) => {
      let read: { readonly value: unknown; readonly offset: number };
      try {
        read = type.decode(bytes, offset) as { readonly value: unknown; readonly offset: number };
      } catch {
        throw new Misfit('is not of the Avro schema that it names');
      }
      if (read.offset !== bytes.length)
        throw new Misfit(read.offset < 0 ? 'ends too early' : 'goes on behind its end');
      return read.value;
    },
  };
}

function typeOf(schema: AvroJson): avsc.Type {
  try {
    return avro().Type.forSchema(
      schema as avsc.Schema,
      {
        registry: { long: longType() },
        wrapUnions: true,
        omitRecordMethods: true,
      } as never,
    );
  } catch (error) {
    throw new Misfit(`has a schema that Avro does not take: ${(error as Error).message.slice(0, 200)}`);
  }
}
