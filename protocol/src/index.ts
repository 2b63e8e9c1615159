export type { AnyApi, AnyStoredCodec, Api, Codec, StoredCodec } from './codec/codec.ts';
export { INT64_MAX } from './codec/int64.ts';
export { ProtocolError, type ProtocolErrorCode } from './codec/protocol-error.ts';
export { Reader } from './codec/reader.ts';
export { Writer } from './codec/writer.ts';
export * from './crc32c.ts';
export * from './errors.ts';
export * from './frame.ts';
export * from './stored-frame.ts';
