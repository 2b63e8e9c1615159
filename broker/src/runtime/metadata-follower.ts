import { isMillraceError, type Logger, type Timers } from '@millrace/foundation';
import type { Quorum, QuorumEffect } from '../core/quorum/quorum.ts';
import type { SnapshotId } from '../core/quorum/quorum-log.ts';
import type { Log } from '../storage/log.ts';
import type { MetadataFolder } from './metadata-folder.ts';
import type { MetadataLogView } from './metadata-log-view.ts';
import { storeSnapshotBytes } from './metadata-snapshot.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import { type MetadataFetch, type MetadataFetched, PEER_GONE, type QuorumPeers } from './quorum-peers.ts';
import { areSoundBatches } from './sound-batches.ts';

const FETCH_MAX_WAIT_MS = 500;
const FETCH_MAX_BYTES = 8 * 1024 * 1024;
const SNAPSHOT_PIECE_BYTES = 4 * 1024 * 1024;
/** More is no snapshot of metadata. */
const SNAPSHOT_MAX_BYTES = 1024 * 1024 * 1024;
const RETRY_MS = 50;

export interface MetadataFollowerOptions {
  readonly nodeId: number;
  readonly log: Log;
  readonly view: MetadataLogView;
  readonly quorum: Quorum;
  readonly folder: MetadataFolder;
  readonly endpoints: ReadonlyMap<number, NodeEndpoint>;
  readonly bootstrap: readonly NodeEndpoint[];
  readonly peers: QuorumPeers;
  readonly timers: Timers;
  readonly random: { float(): number };
  readonly logger?: Logger;
  readonly onSnapshot: (id: SnapshotId) => void;
  /** Does the work when no other step is under way. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly perform: (effects: readonly QuorumEffect[]) => Promise<void>;
  readonly appended: () => void;
}

interface Target {
  /** Null: somebody who may know who leads. */
  readonly leaderId: number | null;
  readonly endpoint: NodeEndpoint;
}

/** Reads the leader's metadata log into this node's, for as long as there is a leader elsewhere. */
export class MetadataFollower {
  /** Where leaders are that answers have told of. */
  readonly learned = new Map<number, NodeEndpoint>();
  readonly #options: MetadataFollowerOptions;
  #change = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(options: MetadataFollowerOptions) {
    this.#options = options;
  }

  /** Who is followed may be another: what is under way is not waited for. */
  roleChanged(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  close(): void {
    this.#isClosed = true;
    this.roleChanged();
  }

  async run(): Promise<void> {
    while (!this.#isClosed) {
      const target = this.#target();
      const changed = this.#change.promise;
      if (target === null) {
        await changed;
        continue;
      }
      try {
        const isWell = await this.#fetchFrom(target, changed);
        if (!isWell) await this.#pause(changed);
      } catch (error) {
        if (this.#isClosed) return;
        await this.#unreachable(target, error).catch(() => undefined);
        await this.#pause(changed);
      }
    }
  }

  #target(): Target | null {
    const { quorum, endpoints, bootstrap, random } = this.#options;
    const { role } = quorum;
    if (role.kind === 'follower') {
      const endpoint = endpoints.get(role.leaderId) ?? this.learned.get(role.leaderId);
      if (endpoint !== undefined) return { leaderId: role.leaderId, endpoint };
    }
    // Voters are told who leads; observers have to ask.
    if (quorum.isVoter || role.kind === 'leader') return null;
    const known = [...endpoints.values(), ...bootstrap];
    const endpoint = known[Math.floor(random.float() * known.length)];
    return endpoint === undefined ? null : { leaderId: null, endpoint };
  }

  async #unreachable({ leaderId }: Target, error: unknown): Promise<void> {
    if (leaderId === null || !isMillraceError(error) || error.code !== PEER_GONE) return;
    const { inTurn, perform, quorum } = this.#options;
    await inTurn(() => perform(quorum.leaderGone(leaderId)));
  }

  /** @returns false where it is no use to ask again at once */
  async #fetchFrom({ endpoint }: Target, changed: Promise<void>): Promise<boolean> {
    const { nodeId, log, view, quorum, peers, inTurn } = this.#options;
    // What the leader is told to be here has to be on disk.
    if (log.flushedOffset < log.endOffset) await inTurn(() => log.flush());
    const request: MetadataFetch = {
      replicaId: nodeId,
      leaderEpoch: quorum.role.kind === 'follower' ? quorum.epoch : -1,
      endOffset: log.endOffset,
      lastEpoch: view.lastEpoch,
      maxWaitMs: FETCH_MAX_WAIT_MS,
      maxBytes: FETCH_MAX_BYTES,
      highWatermark: quorum.highWatermark,
    };
    const answer = await Promise.race([peers.fetch(endpoint, request), changed]);
    if (answer === undefined) return true;
    for (const [id, where] of answer.nodes) this.learned.set(id, where);
    const wanted = await inTurn(() => this.#take(request, answer));
    if (wanted !== null) await this.#download(endpoint, wanted, answer.reply.epoch);
    return answer.reply.error === null;
  }

  /** @returns the snapshot that has to be fetched first */
  async #take(request: MetadataFetch, { reply, records, highWatermark }: MetadataFetched) {
    const { log, quorum, perform, appended } = this.#options;
    const isSame = (): boolean =>
      quorum.role.kind === 'follower' &&
      quorum.epoch === reply.epoch &&
      quorum.leaderId === reply.leaderId &&
      log.endOffset === request.endOffset;
    const wasFollowing = isSame() && request.leaderEpoch === reply.epoch;
    await perform(quorum.onFetchReply(reply));
    if (!wasFollowing || !isSame() || reply.error !== null) return null;
    switch (reply.position.kind) {
      case 'snapshot':
        return reply.position.id;
      case 'diverging':
        await log.truncateTo(quorum.truncationOffset(reply.position));
        return null;
      case 'records':
        if (records.length > 0 && areSoundBatches(records)) {
          log.appendReplicated(records);
          await log.flush();
          appended();
        }
        await perform(quorum.toldCommitted(reply.epoch, highWatermark));
        return null;
    }
  }

  /** Fetches a snapshot piece by piece, and begins the log anew behind it. */
  async #download(endpoint: NodeEndpoint, id: SnapshotId, leaderEpoch: number): Promise<void> {
    const { nodeId, peers, folder, inTurn, quorum, log, view, perform, onSnapshot } = this.#options;
    const pieces: Buffer[] = [];
    let position = 0;
    let sizeBytes = 1;
    while (position < sizeBytes) {
      const maxBytes = SNAPSHOT_PIECE_BYTES;
      const piece = await peers.fetchSnapshot(endpoint, {
        replicaId: nodeId,
        leaderEpoch,
        id,
        position,
        maxBytes,
      });
      if (piece.error !== null || piece.bytes.length === 0 || piece.sizeBytes > SNAPSHOT_MAX_BYTES) return;
      pieces.push(piece.bytes);
      sizeBytes = piece.sizeBytes;
      position += piece.bytes.length;
    }
    await inTurn(async () => {
      if (quorum.epoch !== leaderEpoch || id.endOffset <= log.startOffset) return;
      await storeSnapshotBytes(folder, id, Buffer.concat(pieces));
      await log.resetTo(id.endOffset);
      view.snapshot = id;
      onSnapshot(id);
      await perform(quorum.snapshotLoaded(id.endOffset));
    });
  }

  async #pause(changed: Promise<void>): Promise<void> {
    const passed = Promise.withResolvers<void>();
    const timer = this.#options.timers.after(RETRY_MS, () => passed.resolve());
    await Promise.race([passed.promise, changed]);
    timer.cancel();
  }
}
