import { once } from 'node:events';
import { connect } from 'node:net';
import { Connection } from '@millrace/client/connection';
import { fetch, listOffsets, metadata } from '@millrace/protocol/messages';
import { decodeBatch, iterateBatches } from '@millrace/protocol/records';
import { madFrame, randomOf } from './mad-frame.ts';

export interface FuzzOptions {
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly frames: number;
}

export interface FuzzReport {
  readonly sent: number;
  readonly answered: number;
  /** The longest that somebody who behaves had to wait meanwhile. */
  readonly slowestMs: number;
  /** Records that were taken, all of them read again. */
  readonly records: number;
}

/** Behind one that closes the connection the others are lost. */
const FRAMES_PER_CONNECTION = 3;
const CONNECTIONS_AT_ONCE = 16;
const SIZE_BYTES = 4;
/** Behind the frame's size: API key and version. */
const AT_CORRELATION = 8;
const NONE = 0;
const UNPACK_MAX_BYTES = 64 * 1024 * 1024;
const READ_BYTES = 1_000_000;
const FETCH_VERSION = 12;
const [LATEST, EARLIEST] = [-1, -2];

/**
 * Sends frames that are spoilt. @throws {Error} where an answer came that was not asked for, where somebody else was
 * answered wrongly, or where a record was let in that cannot be read
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const random = randomOf(options.seed);
  const others = await Connection.connect({ host: options.host, port: options.port, clientId: 'others' });
  await others.request(metadata, { topics: [{ name: 'fuzz' }], allowAutoTopicCreation: true });
  let [sent, answered, slowestMs] = [0, 0, 0];
  while (sent < options.frames) {
    const connections = Array.from({ length: CONNECTIONS_AT_ONCE }, () => madConnection(options, random));
    sent += CONNECTIONS_AT_ONCE * FRAMES_PER_CONNECTION;
    const askedMs = performance.now();
    const { topics } = await others.request(metadata, { topics: [{ name: 'fuzz' }] });
    slowestMs = Math.max(slowestMs, performance.now() - askedMs);
    if (topics[0]?.errorCode !== NONE) throw new Error('others are answered wrongly');
    for (const count of await Promise.all(connections)) answered += count;
  }
  const records = await readAll(others);
  others.close();
  return { sent, answered, slowestMs, records };
}

/** @returns how many answers came */
async function madConnection({ host, port }: FuzzOptions, random: () => number): Promise<number> {
  const frames = Array.from({ length: FRAMES_PER_CONNECTION }, () => madFrame(random));
  const socket = connect({ host, port });
  const chunks: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
  const closed = once(socket, 'close');
  // What was sent has been read when the broker closes its side.
  socket.end(Buffer.concat(frames));
  await closed;
  const answers = correlationIds(Buffer.concat(chunks));
  // Where sizes are spoilt, nobody knows what was asked.
  if (
    frames.every(
      (frame) => frame.length >= AT_CORRELATION + 4 && frame.readInt32BE(0) === frame.length - SIZE_BYTES,
    )
  )
    checkAnswers(
      frames.map((frame) => frame.readInt32BE(AT_CORRELATION)),
      answers,
    );
  return answers.length;
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

function correlationIds(bytes: Buffer): number[] {
  const ids: number[] = [];
  for (let at = 0; at + SIZE_BYTES + 4 <= bytes.length; at += SIZE_BYTES + bytes.readInt32BE(at))
    ids.push(bytes.readInt32BE(at + SIZE_BYTES));
  return ids;
}

async function offsetAt(connection: Connection, timestamp: number): Promise<number> {
  const partitions = [{ partitionIndex: 0, timestamp }];
  const { topics } = await connection.request(
    listOffsets,
    { replicaId: -1, topics: [{ name: 'fuzz', partitions }] },
    { version: 5 },
  );
  return topics[0]?.partitions[0]?.offset ?? 0;
}

/** Reads what was let in and is kept: a spoilt frame may well set the topic's retention to a millisecond. */
async function readAll(connection: Connection): Promise<number> {
  const end = await offsetAt(connection, LATEST);
  let count = 0;
  for (let offset = await offsetAt(connection, EARLIEST); offset < end; ) {
    const wanted = { partition: 0, fetchOffset: offset, partitionMaxBytes: READ_BYTES };
    const body = { maxWaitMs: 0, minBytes: 1, topics: [{ topic: 'fuzz', partitions: [wanted] }] };
    const { responses } = await connection.request(fetch, body, { version: FETCH_VERSION });
    const answer = responses[0]?.partitions[0];
    const bytes = answer?.records;
    if (answer?.errorCode !== NONE || !bytes || bytes.length === 0)
      throw new Error(`offset ${offset} cannot be read: error ${answer?.errorCode}`);
    for (const header of iterateBatches(bytes)) {
      count += decodeBatch(bytes, header.position, { maxDecompressedBytes: UNPACK_MAX_BYTES }).records.length;
      offset = header.lastOffset + 1;
    }
  }
  return count;
}
