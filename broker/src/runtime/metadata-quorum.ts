import {
  type Clock,
  MillraceError,
  type Random,
  type Timer,
  type Timers,
  type Uuid,
} from '@millrace/foundation';
import { assert, unreachable } from '@millrace/foundation/assert';
import { iterateBatches } from '@millrace/protocol/records';
import type { MetadataRecord } from '../core/metadata/records.ts';
import type { Voter } from '../core/quorum/election.ts';
import type { EpochReply, VoteReply, VoteRequest } from '../core/quorum/messages.ts';
import { Quorum, type QuorumEffect, type QuorumRole, type QuorumStep } from '../core/quorum/quorum.ts';
import type { SnapshotId } from '../core/quorum/quorum-log.ts';
import type { Log, LogConfig, StorageEngine } from '../storage/log.ts';
import { logNotReadable } from '../storage/storage-errors.ts';
import { UNLIMITED_LOG_CONFIG } from '../storage/unlimited-log-config.ts';
import {
  BATCH_MAX_BYTES,
  decodeMetadataBatch,
  encodeLeaderChange,
  encodeMetadataBatch,
} from './metadata-batch.ts';
import type { MetadataFolder } from './metadata-folder.ts';
import { MetadataFollower } from './metadata-follower.ts';
import { MetadataLogView } from './metadata-log-view.ts';
import { newestSnapshotId, readSnapshotPiece } from './metadata-snapshot.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import type {
  EpochBegun,
  MetadataFetch,
  MetadataFetched,
  QuorumPeers,
  SnapshotFetch,
  SnapshotPiece,
} from './quorum-peers.ts';
import { readQuorumState, writeQuorumState } from './quorum-state-file.ts';

const METADATA_TOPIC = '__cluster_metadata';
/** The fixed id that KRaft gives the topic of metadata. */
export const METADATA_TOPIC_ID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAQ';
const READ_MAX_BYTES = 4 * 1024 * 1024;

export interface MetadataQuorumOptions {
  readonly storage: StorageEngine;
  readonly folder: MetadataFolder;
  readonly nodeId: number;
  readonly directoryId: Uuid;
  readonly voters: readonly Voter[];
  /** Of the voters, by id. */
  readonly endpoints: ReadonlyMap<number, NodeEndpoint>;
  /** Where an observer asks who leads, beside the voters. */
  readonly bootstrap: readonly NodeEndpoint[];
  readonly peers: QuorumPeers;
  readonly segmentBytes: number;
  readonly electionTimeoutMs: number;
  readonly fetchTimeoutMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** The high watermark has moved: everything below is committed. */
  readonly onCommitted: (highWatermark: number) => void;
  /** Another leader, or another epoch. */
  readonly onLeadership: () => void;
  /** A snapshot of the leader's has taken the place of this node's log: the image begins with it. */
  readonly onSnapshot: (id: SnapshotId) => void;
  /** The log or the election could not be written: nothing is committed from here on. */
  readonly onFailed: (error: MillraceError) => void;
}

/** Records of one stored batch, in log order. */
export interface MetadataBatch {
  readonly records: readonly MetadataRecord[];
  readonly lastOffset: number;
  readonly epoch: number;
  readonly sizeBytes: number;
}

/**
 * Runs the quorum core on the log of `__cluster_metadata-0`. Steps are taken one after the other: the effects of one are done,
 * on disk too, before the next is taken or anything is answered.
 */
export class MetadataQuorum {
  readonly log: Log;
  readonly #options: MetadataQuorumOptions;
  readonly #quorum: Quorum;
  readonly #view: MetadataLogView;
  readonly #follower: MetadataFollower;
  readonly #news = new Set<() => void>();
  #turn: Promise<unknown> = Promise.resolve();
  #timer: Timer | undefined;
  #told = '';
  #isSyncing = false;
  #isClosed = false;

  private constructor(log: Log, view: MetadataLogView, quorum: Quorum, options: MetadataQuorumOptions) {
    this.log = log;
    this.#view = view;
    this.#quorum = quorum;
    this.#options = options;
    this.#follower = new MetadataFollower({
      ...options,
      log,
      view,
      quorum,
      inTurn: (work) => this.#inTurn(work),
      perform: (effects) => this.#perform(effects),
      appended: () => this.#tell(),
    });
  }

  static async open(options: MetadataQuorumOptions): Promise<MetadataQuorum> {
    const { storage, folder, random } = options;
    const id = { topic: METADATA_TOPIC, topicId: METADATA_TOPIC_ID, partition: 0 };
    const log = await storage.open(id, metadataLogConfig(options.segmentBytes));
    const snapshot = await newestSnapshotId(folder);
    // A leader's snapshot was stored, and the log not yet begun anew behind it.
    if (snapshot !== null && snapshot.endOffset > log.endOffset) await log.resetTo(snapshot.endOffset);
    const view = new MetadataLogView(log, snapshot);
    const quorum = new Quorum({
      ...options,
      election: await readQuorumState(folder),
      log: view,
      random: () => random.float(),
    });
    return new MetadataQuorum(log, view, quorum, options);
  }

  get highWatermark(): number {
    return this.#quorum.highWatermark;
  }

  get epoch(): number {
    return this.#quorum.epoch;
  }

  get role(): QuorumRole {
    return this.#quorum.role;
  }

  get isLeader(): boolean {
    return this.#quorum.role.kind === 'leader';
  }

  get leaderId(): number | null {
    return this.#quorum.leaderId;
  }

  get snapshot(): SnapshotId | null {
    return this.#view.snapshot;
  }

  /** Where a node of the quorum is reached; undefined where nobody has said. */
  endpointOf(nodeId: number): NodeEndpoint | undefined {
    return this.#options.endpoints.get(nodeId) ?? this.#follower.learned.get(nodeId);
  }

  /** Joins the quorum: resolves when the first step is taken; who leads shows by `onLeadership`. */
  async start(): Promise<void> {
    await this.#step(() => ({ effects: this.#quorum.start(this.#now()), reply: null }));
    void this.#follower.run();
  }

  /** Appends records as one batch; they are committed when `onCommitted` is past `lastOffset`. */
  append(records: readonly MetadataRecord[]): { readonly lastOffset: number; readonly sizeBytes: number } {
    assert(this.isLeader, 'only the leader of the quorum appends');
    const batch = encodeMetadataBatch(records, this.#options.clock.now().wallMs);
    const { lastOffset } = this.log.append(batch, this.epoch);
    this.#appended();
    return { lastOffset, sizeBytes: batch.length };
  }

  /** Committed batches from `offset` on, as they stand in the log; it ends early where a snapshot takes the place of them (`onSnapshot`). */
  async *read(offset: number): AsyncGenerator<MetadataBatch> {
    let next = offset;
    while (next < this.highWatermark) {
      const before = next;
      const buffers = await this.#readCommitted(next);
      if (buffers === null) return;
      for (const buffer of buffers) {
        for (const header of iterateBatches(buffer)) {
          const { lastOffset, sizeInBytes } = header;
          next = lastOffset + 1;
          if (lastOffset < offset) continue;
          const records = header.isControl ? [] : decodeMetadataBatch(buffer, header.position);
          yield { records, lastOffset, epoch: header.partitionLeaderEpoch, sizeBytes: sizeInBytes };
        }
      }
      if (next === before) throw logNotReadable(this.log, next);
    }
  }

  /** Null where the log has been begun anew behind that offset, under the reader. */
  async #readCommitted(offset: number): Promise<readonly Buffer[] | null> {
    const limits = { maxBytes: READ_MAX_BYTES, atLeastOne: true, endBefore: this.highWatermark };
    try {
      return await this.log.read(offset, limits);
    } catch (error) {
      // It is begun anew in one turn, and that has been told after it.
      await this.#inTurn(() => Promise.resolve());
      if (offset < this.log.startOffset) return null;
      throw error;
    }
  }

  /** @param addressee whom the candidate takes this node for */
  vote(request: VoteRequest, addressee: Voter | null): Promise<VoteReply> {
    return this.#step(() => this.#quorum.onVote(request, addressee));
  }

  async beginEpoch({ leaderId, epoch, endpoint, addressee }: EpochBegun): Promise<EpochReply> {
    const reply = await this.#step(() => this.#quorum.onBeginEpoch(leaderId, epoch, addressee));
    if (endpoint !== null && reply.error === null) this.#follower.learned.set(leaderId, endpoint);
    return reply;
  }

  endEpoch(leaderId: number, epoch: number, candidates: readonly number[]): Promise<EpochReply> {
    return this.#step(() => this.#quorum.onEndEpoch(leaderId, epoch, candidates, this.#now()));
  }

  /** Answers a reader of the log; one that has everything waits for news, `maxWaitMs` at most. */
  async fetch(request: MetadataFetch, signal: AbortSignal): Promise<MetadataFetched> {
    const reply = await this.#step(() => this.#quorum.onFetch(request, this.#now()));
    const nothing = {
      highWatermark: this.highWatermark,
      records: Buffer.alloc(0),
      nodes: this.#leaderEndpoint(),
    };
    if (reply.error !== null || reply.position.kind !== 'records') return { reply, ...nothing };
    const hasNews = () =>
      this.log.writtenOffset > request.endOffset || this.highWatermark > request.highWatermark;
    if (!hasNews()) await this.#untilNews(request.maxWaitMs, signal, hasNews);
    const limits = { maxBytes: request.maxBytes, atLeastOne: true, endBefore: this.log.writtenOffset };
    const batches = await this.log.read(request.endOffset, limits);
    const { leaderId, epoch } = this;
    // Whoever leads now may have cut what was looked at.
    if (!this.isLeader || epoch !== reply.epoch)
      return { ...nothing, reply: { ...reply, error: 'NOT_LEADER_OR_FOLLOWER', leaderId, epoch } };
    return { ...nothing, reply, highWatermark: this.highWatermark, records: Buffer.concat(batches) };
  }

  /** A piece of the snapshot that readers are sent to. */
  async fetchSnapshot(asked: SnapshotFetch): Promise<SnapshotPiece> {
    const { replicaId, leaderEpoch, id, position, maxBytes } = asked;
    const nothing = { sizeBytes: 0, bytes: Buffer.alloc(0) };
    const error = this.#quorum.leaderError(leaderEpoch);
    if (error !== null) return { error, ...nothing };
    this.#quorum.onFetchSnapshot(replicaId, this.#now());
    const piece = await readSnapshotPiece(this.#options.folder, id, { position, maxBytes });
    if (piece === null) return { error: 'SNAPSHOT_NOT_FOUND', ...nothing };
    if (position < 0 || position >= piece.sizeBytes) return { error: 'POSITION_OUT_OF_RANGE', ...nothing };
    return { error: null, ...piece };
  }

  /** This node has stored a snapshot: the log before it may go. One of the leader's may have come meanwhile that holds more. */
  async snapshotTaken(id: SnapshotId): Promise<void> {
    await this.#inTurn(async () => {
      if (id.endOffset <= this.log.startOffset) return;
      this.#view.snapshot = id;
      await this.log.roll();
      await this.log.advanceStartOffset(id.endOffset);
    });
  }

  /** Gives up the lead where it has it, so that others need not wait for a timeout. */
  async resign(): Promise<void> {
    if (this.#isClosed) return;
    await this.#step(() => ({ effects: this.#quorum.resign(), reply: null }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#follower.close();
    this.#tell();
    await this.#turn;
  }

  #step<Reply>(take: () => QuorumStep<Reply>): Promise<Reply> {
    return this.#inTurn(async () => {
      const { effects, reply } = take();
      await this.#perform(effects);
      return reply;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(() => {
      if (this.#isClosed) throw stopping();
      return work();
    });
    this.#turn = done.catch((error) => this.#fail(error));
    return done;
  }

  async #perform(effects: readonly QuorumEffect[]): Promise<void> {
    for (const effect of effects) {
      if (this.#isClosed) return;
      await this.#do(effect);
    }
    const now = `${this.leaderId} ${this.epoch} ${this.role.kind}`;
    if (now === this.#told) return;
    this.#told = now;
    this.#follower.roleChanged();
    this.#tell();
    this.#options.onLeadership();
  }

  async #do(effect: QuorumEffect): Promise<void> {
    const { nodeId, peers, folder } = this.#options;
    switch (effect.kind) {
      case 'persist':
        return await writeQuorumState(folder, effect.election);
      case 'append-leader-change':
        return this.#appendLeaderChange(effect.epoch, effect.granting);
      case 'committed':
        this.#tell();
        return this.#options.onCommitted(effect.highWatermark);
      case 'timer':
        return this.#arm(effect.afterMs);
      case 'send-vote':
        return this.#ask(effect.to, async (to, voter) => {
          const reply = await peers.vote(to, voter, effect.request);
          await this.#follow(() => this.#quorum.onVoteReply(voter, effect.request, reply, this.#now()));
        });
      case 'send-begin-epoch':
        return this.#ask(effect.to, async (to, voter) => {
          await peers.beginEpoch(to, voter, { leaderId: nodeId, epoch: effect.epoch });
        });
      case 'send-end-epoch':
        return this.#ask(effect.to, async (to) => {
          await peers.endEpoch(to, { leaderId: nodeId, ...effect });
        });
      default:
        return unreachable(effect);
    }
  }

  #arm(afterMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.timers.after(afterMs, () => {
      void this.#follow(() => this.#quorum.timeout(this.#now())).catch(() => undefined);
    });
  }

  async #follow(take: () => readonly QuorumEffect[]): Promise<void> {
    await this.#step(() => ({ effects: take(), reply: null }));
  }

  /** Asks voters, each by itself: nobody waits for one that is not there. */
  #ask(voters: readonly number[], ask: (to: NodeEndpoint, voter: number) => Promise<void>): void {
    for (const voter of voters) {
      const to = this.endpointOf(voter);
      // Who does not answer is asked again when the timer says so.
      if (to !== undefined) void ask(to, voter).catch(() => undefined);
    }
  }

  #appendLeaderChange(epoch: number, granting: readonly number[]): void {
    const { nodeId, voters, clock } = this.#options;
    const batch = encodeLeaderChange({ leaderId: nodeId, voters, granting }, clock.now().wallMs);
    this.log.append(batch, epoch);
    this.#appended();
  }

  #appended(): void {
    void this.#sync();
    this.#tell();
  }

  /** Syncs until everything appended is on disk; whatever came in meanwhile shares the next sync. */
  async #sync(): Promise<void> {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    // What the same turn still appends goes along.
    await Promise.resolve();
    try {
      while (!this.#isClosed && this.isLeader && this.log.flushedOffset < this.log.endOffset) {
        await this.log.flush();
        const { flushedOffset } = this.log;
        this.#tell();
        await this.#follow(() => this.#quorum.replicated(flushedOffset, this.#now()));
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isSyncing = false;
    }
  }

  #untilNews(maxWaitMs: number, signal: AbortSignal, hasNews: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const { epoch } = this;
      const end = (): void => {
        timer.cancel();
        this.#news.delete(look);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const look = (): void => {
        if (this.#isClosed || !this.isLeader || this.epoch !== epoch || hasNews()) end();
      };
      const timer = this.#options.timers.after(maxWaitMs, end);
      this.#news.add(look);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  }

  #tell(): void {
    for (const look of [...this.#news]) look();
  }

  #leaderEndpoint(): ReadonlyMap<number, NodeEndpoint> {
    const { leaderId } = this;
    const endpoint = leaderId === null ? undefined : this.endpointOf(leaderId);
    return leaderId === null || endpoint === undefined ? new Map() : new Map([[leaderId, endpoint]]);
  }

  #now(): number {
    return this.#options.clock.now().monoMs;
  }

  #fail(cause: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#follower.close();
    this.#tell();
    const detail = cause instanceof Error ? cause.message : String(cause);
    this.#options.onFailed(
      new MillraceError(`The metadata log cannot be written: ${detail}`, {
        code: 'METADATA_LOG_FAILED',
        class: 'transient',
        hint: 'Mend the disk under the data folder and start the broker again.',
        cause,
      }),
    );
  }
}

function stopping(): MillraceError {
  return new MillraceError('The broker is stopping.', { code: 'BROKER_STOPPING', class: 'transient' });
}

function metadataLogConfig(segmentBytes: number): LogConfig {
  return {
    ...UNLIMITED_LOG_CONFIG,
    segmentBytes,
    cleanupPolicy: ['delete'],
    maxMessageBytes: BATCH_MAX_BYTES,
  };
}
