import { Connection } from '@millrace/client/connection';
import { isMillraceError } from '@millrace/foundation';
import { type Api, errorByCode } from '@millrace/protocol';
import { createTopics, listOffsets, metadata } from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import type { Peer } from '../peer.ts';

const REQUEST_TIMEOUT_MS = 15_000;
const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';
/** What `ask` gives where the broker ends the connection instead of answering. */
export const CLOSED = 'the connection was closed';

/** What no two brokers have in common: shown as whether it is there. */
const OWN_VALUES: ReadonlySet<string> = new Set([
  'host',
  'port',
  'clusterId',
  'finalizedFeaturesEpoch',
  'clientHost',
  'producerId',
  'logDir',
  'totalBytes',
  'usableBytes',
]);

/** What is filled in beside an error is not looked at: we give reasons where Kafka has none. */
const BESIDE_ERRORS: ReadonlySet<string> = new Set(['errorMessage', 'abortedTransactions', 'logStartOffset']);

const UNORDERED: ReadonlySet<string> = new Set([
  'responses',
  'results',
  'groups',
  'topics',
  'configs',
  'entity',
  'values',
  'entries',
]);

/** Raw requests to one broker, in any version, with answers that can be compared with another broker's. */
export class Wire {
  readonly peer: Peer;
  readonly #clientId: string;
  #connection: Connection | undefined;

  constructor(peer: Peer, clientId = 'conformance') {
    this.peer = peer;
    this.#clientId = clientId;
  }

  /** The answer as it is decoded. A connection that was lost is made anew. */
  async raw<Req, Init, Res, ResInit>(
    api: Api<Req, Init, Res, ResInit>,
    version: number,
    body: Init,
  ): Promise<Res> {
    const { host, port } = this.peer;
    if (!this.#connection?.isOpen)
      this.#connection = await Connection.connect({ host, port, clientId: this.#clientId });
    return this.#connection.request(api, body, { version, timeoutMs: REQUEST_TIMEOUT_MS });
  }

  /** The answer with error codes by name and without what is a broker's own, or `CLOSED`. */
  async ask<Req, Init, Res, ResInit>(
    api: Api<Req, Init, Res, ResInit>,
    version: number,
    body: Init,
  ): Promise<unknown> {
    try {
      return comparable(await this.raw(api, version, body));
    } catch (error) {
      if (isMillraceError(error) && error.code === 'CONNECTION_LOST') return CLOSED;
      throw error;
    }
  }

  /** Creates it, or takes the one that is there; resolves when its partitions are served. */
  async createTopic(
    name: string,
    partitions = 1,
    configs: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const topic = {
      name,
      numPartitions: partitions,
      replicationFactor: 1,
      assignments: [],
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    };
    const { topics } = await this.raw(createTopics, 7, { topics: [topic], timeoutMs: REQUEST_TIMEOUT_MS });
    const error = errorByCode(topics[0]?.errorCode ?? -1).name;
    if (error !== 'NONE' && error !== 'TOPIC_ALREADY_EXISTS') throw new Error(`${name}: ${error}`);
    await eventually(() => this.#serves(name, partitions), { what: `${this.peer.name} serves ${name}` });
    return this.topicId(name);
  }

  async #serves(name: string, count: number): Promise<boolean> {
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
      partitionIndex,
      timestamp: -1,
    }));
    const answer = await this.raw(listOffsets, 1, { replicaId: -1, topics: [{ name, partitions }] });
    return answer.topics[0]?.partitions.every(({ errorCode }) => errorCode === 0) ?? false;
  }

  async topicId(name: string): Promise<string> {
    const { topics } = await this.raw(metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false });
    return topics[0]?.topicId ?? ZERO_UUID;
  }

  close(): void {
    this.#connection?.close();
  }
}

/** A decoded answer as data that two brokers can agree on. */
export function comparable(value: unknown, key = ''): unknown {
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  if (Array.isArray(value)) return inOrder(key, value).map((item) => comparable(item, key));
  if (typeof value === 'object' && value !== null) {
    const failed = 'errorCode' in value && value.errorCode !== 0;
    const entries = Object.entries(value).filter(([name]) => !(failed && BESIDE_ERRORS.has(name)));
    return Object.fromEntries(entries.map(([name, item]) => [name, comparable(item, name)]));
  }
  if (key === 'errorCode' && typeof value === 'number') return errorByCode(value).name;
  if (/errorMessage$/i.test(key)) return value === null ? null : value === '' ? '' : 'a message';
  if (key === 'topicId') return value === ZERO_UUID ? 'no id' : 'an id';
  if (OWN_VALUES.has(key)) return value === null || value === '' || value === -1 ? value : 'its own';
  return value;
}

/** Apache Kafka answers some lists in the order of its hash tables. */
function inOrder(key: string, items: readonly unknown[]): readonly unknown[] {
  if (!UNORDERED.has(key)) return items;
  const nameOf = (item: unknown) => {
    const { name, groupId, configName, entityType, key: itsKey, entity } = item as Record<string, unknown>;
    return String(name ?? groupId ?? configName ?? entityType ?? itsKey ?? JSON.stringify(entity) ?? '');
  };
  return [...items].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
