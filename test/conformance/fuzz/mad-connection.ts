import { connect, type Socket } from 'node:net';
import { decodeResponse, Reader } from '@millrace/protocol';
import type { MadRequest } from './mad-request.ts';

export interface FuzzTarget {
  readonly host: string;
  readonly port: number;
}

/** Nothing has come for so long: what is parked is given up. */
const QUIET_MS = 40;
const SIZE_BYTES = 4;
/** Behind the frame's size: API key and version. */
const AT_CORRELATION = 8;
const UNKNOWN_SERVER_ERROR = -1;
const ERROR_CODE = /[eE]rrorCode$/;
const SHOWN_MAX = 3_000;
/** What they add up to may get too large for a record, which Kafka too has no other error for. */
const MAY_BE_TOO_LARGE: ReadonlySet<string> = new Set(['InitializeShareGroupState', 'WriteShareGroupState']);
/** Whose answer may be that the connection ends: with acks=0 there is no other. */
const MAY_CLOSE = 'Produce';

/**
 * Sends frames of which nobody knows what they ask.
 * @returns how many answers came
 * @throws {Error} where one was not asked for
 */
export async function sendSpoilt({ host, port }: FuzzTarget, frames: readonly Buffer[]): Promise<number> {
  const socket = connect({ host, port });
  const chunks: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
  const closed = closing(socket);
  // What was sent has been read when the broker closes its side.
  socket.end(Buffer.concat(frames));
  await closed;
  const answers = answersIn(Buffer.concat(chunks)).map((answer) => answer.readInt32BE(0));
  const isSized = (frame: Buffer) =>
    frame.length >= AT_CORRELATION + 4 && frame.readInt32BE(0) === frame.length - SIZE_BYTES;
  // Where sizes are spoilt, nobody knows what was asked.
  if (frames.every(isSized))
    checkAnswers(
      frames.map((frame) => frame.readInt32BE(AT_CORRELATION)),
      answers,
    );
  return answers.length;
}

/**
 * Sends requests that are well-formed, one behind the other, and waits while answers come.
 * @returns the answers, decoded, beside their requests
 * @throws {Error} where an answer was not asked for or cannot be read, where one says UNKNOWN_SERVER_ERROR, which is what is
 *   answered for a handler that threw, or where the broker ended the connection
 */
export async function sendWellFormed(
  { host, port }: FuzzTarget,
  requests: readonly MadRequest[],
): Promise<readonly { readonly request: MadRequest; readonly answer: unknown }[]> {
  const socket = connect({ host, port });
  socket.on('error', () => undefined);
  const { bytes, isEnded } = await answersTo(socket, requests);
  const frames = answersIn(bytes);
  checkAnswers(
    requests.map(({ correlationId }) => correlationId),
    frames.map((frame) => frame.readInt32BE(0)),
  );
  if (isEnded && !requests.some(({ api }) => api.name === MAY_CLOSE))
    throw new Error(`the broker ended the connection behind ${frames.length} answers to ${shown(requests)}`);
  return frames.map((frame) => {
    const request = requests.find(({ correlationId }) => correlationId === frame.readInt32BE(0));
    if (request === undefined) throw new Error('an answer to nobody');
    return { request, answer: decoded(request, frame) };
  });
}

/** All that comes until each request is answered, or nothing comes for a while, or the broker ends the connection. */
async function answersTo(
  socket: Socket,
  requests: readonly MadRequest[],
): Promise<{ readonly bytes: Buffer; readonly isEnded: boolean }> {
  let bytes = Buffer.alloc(0);
  const isEnded = await new Promise<boolean>((resolve) => {
    const quiet = setTimeout(() => resolve(false), QUIET_MS);
    const end = (byBroker: boolean): void => {
      clearTimeout(quiet);
      resolve(byBroker);
    };
    socket.on('close', () => end(true));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (answersIn(bytes).length >= requests.length) end(false);
      else quiet.refresh();
    });
    socket.write(Buffer.concat(requests.map(({ frame }) => frame)), () => quiet.refresh());
  });
  const closed = closing(socket);
  socket.end();
  socket.resume();
  await closed;
  return { bytes, isEnded };
}

/** However it ends: by a reset too, where the broker has closed before all was read. */
function closing(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

function decoded(request: MadRequest, frame: Buffer): unknown {
  const { api, version, isMany } = request;
  const reader = new Reader(frame);
  try {
    const { body } = decodeResponse(api, version, reader);
    reader.expectEnd();
    // Records may be too many for a coordinator's batch.
    if (!isMany && !MAY_BE_TOO_LARGE.has(api.name) && hasServerError(body))
      throw new Error(`says UNKNOWN_SERVER_ERROR: ${shown(body)}`);
    return body;
  } catch (error) {
    throw new Error(`the answer to ${shown([request])} is none, or of a handler that failed`, {
      cause: error,
    });
  }
}

function hasServerError(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || Buffer.isBuffer(answer)) return false;
  return Object.entries(answer).some(([name, value]) =>
    typeof value === 'object'
      ? hasServerError(value)
      : ERROR_CODE.test(name) && value === UNKNOWN_SERVER_ERROR,
  );
}

/** Answers come in the order of their requests; some requests have none. */
function checkAnswers(asked: readonly number[], answers: readonly number[]): void {
  let at = 0;
  for (const answer of answers) {
    while (at < asked.length && asked[at] !== answer) at += 1;
    if (at === asked.length) throw new Error(`answers ${answers.join(', ')} to requests ${asked.join(', ')}`);
    at += 1;
  }
}

/** Those that are there as a whole, without their size. */
function answersIn(bytes: Buffer): readonly Buffer[] {
  const answers: Buffer[] = [];
  for (let at = 0; at + SIZE_BYTES <= bytes.length; ) {
    const end = at + SIZE_BYTES + bytes.readInt32BE(at);
    if (end > bytes.length) break;
    answers.push(bytes.subarray(at + SIZE_BYTES, end));
    at = end;
  }
  return answers;
}

function shown(what: unknown): string {
  const requests = Array.isArray(what)
    ? what.map(({ api, version, body }: MadRequest) => ({ api: api.name, version, body }))
    : what;
  return JSON.stringify(requests).slice(0, SHOWN_MAX);
}
