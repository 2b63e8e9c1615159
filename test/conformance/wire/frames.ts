import { connect } from 'node:net';
import { type Api, encodeRequest } from '@millrace/protocol';
import type { Peer } from '../peer.ts';
import { CLOSED } from './wire.ts';

const PATIENCE_MS = 10_000;
const AT_VERSION = 6;
const SIZE_BYTES = 4;

/** A whole request, its size first. */
export function frame<Req, Init, Res, ResInit>(
  api: Api<Req, Init, Res, ResInit>,
  version: number,
  body: Init,
  correlationId = 7,
): Buffer {
  return Buffer.concat(encodeRequest({ api, version, correlationId, clientId: 'conformance', body }));
}

/** A request that is encoded in one version and says that it is of another. */
export function mislabelled<Req, Init, Res, ResInit>(
  api: Api<Req, Init, Res, ResInit>,
  encodedVersion: number,
  saidVersion: number,
  body: Init,
): Buffer {
  const bytes = frame(api, encodedVersion, body);
  bytes.writeInt16BE(saidVersion, AT_VERSION);
  return bytes;
}

/** Bytes behind the size that says how many they are. */
export function sized(bytes: Buffer): Buffer {
  const size = Buffer.alloc(SIZE_BYTES);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

/**
 * Sends bytes on a new connection and waits for one answer, without its size, or for the end (`CLOSED`).
 * @throws {Error} where neither comes in time
 */
export function answerTo(peer: Peer, bytes: Buffer): Promise<Buffer | typeof CLOSED> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: peer.host, port: peer.port });
    let received = Buffer.alloc(0);
    const end = (outcome: Buffer | typeof CLOSED | Error) => {
      clearTimeout(timer);
      socket.destroy();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    const timer = setTimeout(
      () => end(new Error(`${peer.name} neither answered nor closed in ${PATIENCE_MS} ms`)),
      PATIENCE_MS,
    );
    socket.on('error', () => end(CLOSED));
    socket.on('close', () => end(CLOSED));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < SIZE_BYTES) return;
      const wanted = SIZE_BYTES + received.readInt32BE(0);
      if (received.length >= wanted) end(received.subarray(SIZE_BYTES, wanted));
    });
    socket.write(bytes);
  });
}
