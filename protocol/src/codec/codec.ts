import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/**
 * One message in every version that is served, both directions. Generated from `protocol/schemas`.
 *
 * `Value` is what decoding gives: every field present, those that the version does not carry at their default.
 * `Init` is what encoding takes: a field with a default, a tagged one, and one that not all versions carry may be left out.
 */
export interface Codec<Value, Init = Value> {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** First version with compact types and tagged fields; Infinity where there is none. */
  readonly flexibleFrom: number;
  /**
   * Reads one message and leaves the reader behind it.
   * @throws {ProtocolError} MALFORMED_MESSAGE when bytes are missing or a length makes no sense
   */
  decode(reader: Reader, version: number): Value;
  /**
   * Appends one message.
   * @throws {ProtocolError} FIELD_NOT_IN_VERSION when a field that may not be ignored has a value other than its
   *   default and the version cannot carry it
   */
  encode(writer: Writer, version: number, value: Init): void;
}

/** A request and its answer: one row of the protocol. */
export interface Api<Req, ReqInit, Res, ResInit> {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly listeners: readonly ('broker' | 'controller')[];
  readonly request: Codec<Req, ReqInit>;
  readonly response: Codec<Res, ResInit>;
}

/** A versioned record that is stored: a metadata record, or a key or value of a coordinator's topic. */
export interface StoredCodec<Value, Init = Value> extends Codec<Value, Init> {
  /** The record's type number: `apiKey` of metadata and coordinator records. */
  readonly type: number;
}

/** An API whose messages are not known to the compiler: for dispatch by key. */
export type AnyApi = Api<unknown, unknown, unknown, unknown>;

export type AnyStoredCodec = StoredCodec<unknown, unknown>;
