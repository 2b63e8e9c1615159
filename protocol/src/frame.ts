import { assert } from '@millrace/foundation/assert';
import type { AnyApi, Api } from './codec/codec.ts';
import { Reader } from './codec/reader.ts';
import { Writer } from './codec/writer.ts';
import { apiVersions } from './generated/18-api-versions.ts';
import { apis } from './generated/index.ts';
import { requestHeader } from './generated/request-header.ts';
import { responseHeader } from './generated/response-header.ts';

/** Bytes of the int32 before each request and response that says how many follow. */
export const FRAME_SIZE_BYTES = 4;

/** Version of the request header that goes with a version of an API. */
export function requestHeaderVersion(api: AnyApi, version: number): 1 | 2 {
  return version >= api.request.flexibleFrom ? 2 : 1;
}

/** Version of the response header that goes with a version of an API; always 0 for ApiVersions. */
export function responseHeaderVersion(api: AnyApi, version: number): 0 | 1 {
  return api.key !== apiVersions.key && version >= api.response.flexibleFrom ? 1 : 0;
}

/** What stands before a request. */
export interface RequestFrameHeader {
  readonly apiKey: number;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  /** Undefined where the key is not known: no body can be read then. The version may still be one that is not served. */
  readonly api: AnyApi | undefined;
}

/**
 * Reads a request's header and leaves the reader at its body. The reader begins behind the frame's size.
 * @throws {ProtocolError} MALFORMED_MESSAGE
 */
export function decodeRequestHeader(reader: Reader): RequestFrameHeader {
  const start = reader.fork();
  const api = apis.get(start.int16());
  const header = requestHeader.decode(reader, api ? requestHeaderVersion(api, start.int16()) : 1);
  return {
    apiKey: header.requestApiKey,
    version: header.requestApiVersion,
    correlationId: header.correlationId,
    clientId: header.clientId,
    api,
  };
}

export interface RequestFrame<Req, ReqInit, Res, ResInit> {
  readonly api: Api<Req, ReqInit, Res, ResInit>;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly body: ReqInit;
}

/**
 * A whole request with its size, as parts for one `writev`: large records are the buffers that were given.
 * @throws {ProtocolError} FIELD_NOT_IN_VERSION, VALUE_OUT_OF_RANGE
 */
export function encodeRequest<Req, ReqInit, Res, ResInit>(
  frame: RequestFrame<Req, ReqInit, Res, ResInit>,
): Buffer[] {
  const { api, version, correlationId, clientId, body } = frame;
  const writer = new Writer();
  writer.int32(0);
  const header = { requestApiKey: api.key, requestApiVersion: version, correlationId, clientId };
  requestHeader.encode(writer, requestHeaderVersion(api, version), header);
  api.request.encode(writer, version, body);
  return withSize(writer);
}

export interface ResponseFrame<Req, ReqInit, Res, ResInit> {
  readonly api: Api<Req, ReqInit, Res, ResInit>;
  readonly version: number;
  readonly correlationId: number;
  readonly body: ResInit;
}

/**
 * A whole response with its size, as {@link encodeRequest}.
 * @throws {ProtocolError} FIELD_NOT_IN_VERSION, VALUE_OUT_OF_RANGE
 */
export function encodeResponse<Req, ReqInit, Res, ResInit>(
  frame: ResponseFrame<Req, ReqInit, Res, ResInit>,
): Buffer[] {
  const { api, version, correlationId, body } = frame;
  const writer = new Writer();
  writer.int32(0);
  responseHeader.encode(writer, responseHeaderVersion(api, version), { correlationId });
  api.response.encode(writer, version, body);
  return withSize(writer);
}

/** The correlation id of a response, which tells to which request, hence which API and version, it belongs. */
export function peekCorrelationId(frame: Buffer): number {
  return new Reader(frame).int32();
}

/**
 * Reads a response. The reader begins behind the frame's size.
 * @throws {ProtocolError} MALFORMED_MESSAGE
 */
export function decodeResponse<Req, ReqInit, Res, ResInit>(
  api: Api<Req, ReqInit, Res, ResInit>,
  version: number,
  reader: Reader,
): { correlationId: number; body: Res } {
  const { correlationId } = responseHeader.decode(reader, responseHeaderVersion(api, version));
  return { correlationId, body: api.response.decode(reader, version) };
}

/** The first part always holds the size: it is written before any record. */
function withSize(writer: Writer): Buffer[] {
  const bytes = writer.sizeBytes - FRAME_SIZE_BYTES;
  const parts = writer.finishParts();
  const first = parts[0];
  assert(first, 'a frame begins with its size');
  first.writeInt32BE(bytes, 0);
  return parts;
}
