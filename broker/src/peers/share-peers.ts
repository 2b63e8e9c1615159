import { type Api, type ErrorName, errorByCode } from '@millrace/protocol';
import {
  deleteShareGroupState,
  initializeShareGroupState,
  listOffsets,
  readShareGroupState,
  readShareGroupStateSummary,
  writeShareGroupState,
} from '@millrace/protocol/messages';
import { type SharePartitionKey, UNSET } from '../core/share/share-state-record.ts';
import type { NodeEndpoint } from '../runtime/node-endpoint.ts';
import type { ShareCoordinator } from '../runtime/share-access.ts';
import type { SharePeers } from '../runtime/share-peers.ts';
import { storedState } from '../runtime/share-state-codec.ts';
import type { PeerPool } from './peer-pool.ts';
import { peerRefused } from './peer-refused.ts';

/** A coordinator that says nothing may be gone; who asks looks for it again. */
const TIMEOUT_MS = 5_000;
const CONSUMER_ID = -1;
const LATEST = -1;

/** What brokers ask each other because of share groups, over the wire. */
export class WireSharePeers implements SharePeers {
  readonly #pool: PeerPool;

  constructor(pool: PeerPool) {
    this.#pool = pool;
  }

  coordinatorAt(to: NodeEndpoint): ShareCoordinator {
    return new WireShareCoordinator(this.#pool, to);
  }

  async highWatermarks(
    to: NodeEndpoint,
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<readonly (number | null)[]> {
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, asked]) => ({
      name,
      partitions: asked.map(({ partition }) => ({ partitionIndex: partition, timestamp: LATEST })),
    }));
    const answer = await this.#pool.request(to, 'share', {
      api: listOffsets,
      body: { replicaId: CONSUMER_ID, topics },
      timeoutMs: TIMEOUT_MS,
    });
    const told = new Map(
      answer.topics.flatMap(({ name, partitions: ofTopic }) =>
        ofTopic.map(({ partitionIndex, errorCode, offset }) => [
          `${name}-${partitionIndex}`,
          errorCode === 0 ? offset : null,
        ]),
      ),
    );
    return partitions.map(({ topic, partition }) => told.get(`${topic}-${partition}`) ?? null);
  }
}

/** The share coordinator on another broker: one request for each call, many at a time. */
class WireShareCoordinator implements ShareCoordinator {
  readonly #pool: PeerPool;
  readonly #to: NodeEndpoint;

  constructor(pool: PeerPool, to: NodeEndpoint) {
    this.#pool = pool;
    this.#to = to;
  }

  async initialize({ key, stateEpoch, startOffset }: Parameters<ShareCoordinator['initialize']>[0]) {
    const body = asked(key, { stateEpoch, startOffset });
    const answer = await this.#request({ api: initializeShareGroupState, body });
    return { error: errorIn(initializeShareGroupState.name, answer).error };
  }

  async write({ key, batches, ...written }: Parameters<ShareCoordinator['write']>[0]) {
    const body = asked(key, { ...written, stateBatches: batches });
    const answer = await this.#request({ api: writeShareGroupState, body });
    return { error: errorIn(writeShareGroupState.name, answer).error };
  }

  async read({ key, leaderEpoch }: Parameters<ShareCoordinator['read']>[0]) {
    const answer = await this.#request({ api: readShareGroupState, body: asked(key, { leaderEpoch }) });
    const { error, told } = errorIn(readShareGroupState.name, answer);
    if (error !== null) return { error };
    const batches = told.stateBatches.map((batch) => ({
      ...batch,
      deliveryState: storedState(batch.deliveryState),
    }));
    return { error, state: { stateEpoch: told.stateEpoch, startOffset: told.startOffset, batches } };
  }

  async summarize(key: SharePartitionKey) {
    const body = asked(key, { leaderEpoch: UNSET });
    const answer = await this.#request({ api: readShareGroupStateSummary, body });
    const { error, told } = errorIn(readShareGroupStateSummary.name, answer);
    return error === null ? { error, state: told } : { error };
  }

  async delete({ key, stateEpoch }: Parameters<ShareCoordinator['delete']>[0]) {
    const answer = await this.#request({ api: deleteShareGroupState, body: asked(key, { stateEpoch }) });
    return { error: errorIn(deleteShareGroupState.name, answer).error };
  }

  #request<Req, ReqInit, Res, ResInit>(call: {
    readonly api: Api<Req, ReqInit, Res, ResInit>;
    readonly body: ReqInit;
  }): Promise<Res> {
    return this.#pool.request(this.#to, 'share', { ...call, timeoutMs: TIMEOUT_MS });
  }
}

function asked<Fields extends object>({ group, topicId, partition }: SharePartitionKey, fields: Fields) {
  return { groupId: group, topics: [{ topicId, partitions: [{ partition, ...fields }] }] };
}

/** @throws {MillraceError} PEER_REFUSED: it says nothing of the partition */
function errorIn<Told extends { readonly errorCode: number }>(
  what: string,
  { results }: { readonly results: readonly { readonly partitions: readonly Told[] }[] },
): { readonly error: ErrorName | null; readonly told: Told } {
  const told = results[0]?.partitions[0];
  if (told === undefined) throw peerRefused(what, 'UNKNOWN_SERVER_ERROR');
  return { error: told.errorCode === 0 ? null : errorByCode(told.errorCode).name, told };
}
