import { Connection } from '@millrace/client/connection';
import { apiVersions, createTopics, fetch, listOffsets, metadata } from '@millrace/protocol/messages';
import { decodeBatch, iterateBatches } from '@millrace/protocol/records';
import { Dice } from './dice.ts';
import { type FuzzTarget, sendSpoilt, sendWellFormed } from './mad-connection.ts';
import { madFrame } from './mad-frame.ts';
import { MadRequests, type ServedApi, servedApis } from './mad-request.ts';
import { ToldValues } from './told-values.ts';

export interface FuzzOptions extends FuzzTarget {
  readonly seed: number;
  readonly frames: number;
  /** Of the listener of the broker's controller. */
  readonly controllerPort: number;
  /** What the broker's log says of a handler that threw; null: nothing. */
  readonly thrown: () => string | null;
}

export interface FuzzReport {
  readonly sent: number;
  readonly answered: number;
  /** APIs that gave an answer to a well-formed request that was not the same for all errors: their handlers were reached. */
  readonly apisAnswered: number;
  readonly apisServed: number;
  /** The longest that somebody who behaves had to wait meanwhile. */
  readonly slowestMs: number;
  /** Records that were taken, all of them read again. */
  readonly records: number;
}

/** Behind one that closes the connection the others are lost. */
const FRAMES_PER_CONNECTION = 3;
const CONNECTIONS_AT_ONCE = 24;
/** Of the connections; the others are spoilt. */
const WELL_FORMED = 0.4;
/** Likewise: they go to the controller's listener. */
const TO_CONTROLLER = 0.2;
/** How long somebody who behaves may wait while the frames come in, ms; a garbage collection or a busy machine fits in. */
export const OTHERS_WAIT_MAX_MS = 2000;
const NONE = 0;
const UNPACK_MAX_BYTES = 64 * 1024 * 1024;
const READ_BYTES = 1_000_000;
const FETCH_VERSION = 12;
const [LATEST, EARLIEST] = [-1, -2];
/** What belongs to the others, and is looked after. */
const WATCHED = 'fuzz';
const METADATA_VERSION = 12;
const TOPIC_ALREADY_EXISTS = 36;
const DECISION_MAX_MS = 10_000;

/** A listener, and what is asked of it. */
interface Door {
  readonly target: FuzzTarget;
  readonly requests: MadRequests;
}

/**
 * Sends frames that are spoilt, and requests that are well-formed and mad. @throws {Error} where an answer came that was not asked for,
 * cannot be read, or says that a handler failed, where somebody else was answered wrongly, or where a record was let in that cannot be read
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const dice = new Dice(options.seed);
  const told = new ToldValues();
  const others = await Connection.connect({ host: options.host, port: options.port, clientId: 'others' });
  const made = await others.request(metadata, { topics: [{ name: WATCHED }], allowAutoTopicCreation: true });
  told.spared.add(WATCHED).add(made.topics[0]?.topicId ?? '');
  const atBroker = { target: options, served: await servedAt(options) };
  const controller = { host: options.host, port: options.controllerPort };
  const atController = { target: controller, served: await servedAt(controller) };
  const [brokerDoor, controllerDoor] = [atBroker, atController].map(
    ({ target, served }): Door => ({ target, requests: new MadRequests(served, dice, told) }),
  ) as [Door, Door];
  const served = new Set([...atBroker.served, ...atController.served].map(({ api }) => api.key));
  const apis = new Set<number>();
  let [sent, answered, slowestMs] = [0, 0, 0];
  while (sent < options.frames) {
    const connections = Array.from({ length: CONNECTIONS_AT_ONCE }, () => {
      const door = dice.chance(TO_CONTROLLER) ? controllerDoor : brokerDoor;
      if (dice.chance(WELL_FORMED)) return wellFormed(door, told, apis);
      const frames = threeOf(() => madFrame(dice, door.requests));
      return sendSpoilt(door.target, frames);
    });
    sent += CONNECTIONS_AT_ONCE * FRAMES_PER_CONNECTION;
    const askedMs = performance.now();
    const { topics } = await others.request(metadata, { topics: [{ name: WATCHED }] });
    slowestMs = Math.max(slowestMs, performance.now() - askedMs);
    if (topics[0]?.errorCode !== NONE) throw new Error('others are answered wrongly');
    for (const count of await Promise.all(connections)) answered += count;
    const thrown = options.thrown();
    if (thrown !== null) throw new Error(`a handler threw: ${thrown}`);
    told.learn(await theirTopics(others));
  }
  await decides(others);
  const records = await readAll(others);
  others.close();
  return { sent, answered, apisAnswered: apis.size, apisServed: served.size, slowestMs, records };
}

async function servedAt({ host, port }: FuzzTarget): Promise<readonly ServedApi[]> {
  const connection = await Connection.connect({ host, port, clientId: 'others' });
  const asked = { clientSoftwareName: 'fuzz', clientSoftwareVersion: '1' };
  const { apiKeys } = await connection.request(apiVersions, asked);
  connection.close();
  return await servedApis(apiKeys);
}

async function wellFormed({ target, requests }: Door, told: ToldValues, apis: Set<number>): Promise<number> {
  const answers = await sendWellFormed(
    target,
    threeOf(() => requests.next()),
  );
  for (const { request, answer } of answers) {
    told.learn(answer);
    apis.add(request.api.key);
  }
  return answers.length;
}

/** Topics that mad requests may name: made anew where one has deleted them. */
function theirTopics(connection: Connection): Promise<unknown> {
  const topics = [{ name: 'mad' }, { name: 'mad-1' }];
  return connection.request(
    metadata,
    { topics, allowAutoTopicCreation: true },
    { version: METADATA_VERSION },
  );
}

/** @throws {Error} where the controller makes no topic any more */
async function decides(connection: Connection): Promise<void> {
  const topic = { name: 'decided', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  const body = { topics: [topic], timeoutMs: DECISION_MAX_MS };
  const { topics } = await connection.request(createTopics, body);
  const { errorCode, errorMessage } = topics[0] ?? {};
  if (errorCode !== NONE && errorCode !== TOPIC_ALREADY_EXISTS)
    throw new Error(`the controller makes no topics any more: error ${errorCode}, ${errorMessage}`);
}

function threeOf<T>(make: () => T): readonly T[] {
  return Array.from({ length: FRAMES_PER_CONNECTION }, make);
}

async function offsetAt(connection: Connection, timestamp: number): Promise<number> {
  const partitions = [{ partitionIndex: 0, timestamp }];
  const { topics } = await connection.request(
    listOffsets,
    { replicaId: -1, topics: [{ name: WATCHED, partitions }] },
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
    const body = { maxWaitMs: 0, minBytes: 1, topics: [{ topic: WATCHED, partitions: [wanted] }] };
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
