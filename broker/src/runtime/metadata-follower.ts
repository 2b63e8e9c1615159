import { isMillraceError, type Logger, type Timers } from '@millrace/foundation';
import type { FetchReply } from '../core/quorum/messages.ts';
import type { Quorum, QuorumEffect } from '../core/quorum/quorum.ts';
import { placeOf, type SnapshotId } from '../core/quorum/quorum-log.ts';
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
  /** How often the role has changed, and who is told of the next time. */
  #changes = 0;
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  constructor(options: MetadataFollowerOptions) {
    this.#options = options;
  }

  /** Who is followed may be another: what is under way is not waited for. */
  roleChanged(): void {
    this.#changes += 1;
    for (const tell of this.#waiting) tell();
    this.#waiting.clear();
  }

  close(): void {
    this.#isClosed = true;
    this.roleChanged();
  }

  async run(): Promise<void> {
    while (!this.#isClosed) {
      const target = this.#target();
      const seen = this.#changes;
      if (target === null) {
        await this.#changed(seen);
        continue;
      }
      try {
        const isWell = await this.#fetchFrom(target, seen);
        if (!isWell) await this.#pause(seen);
      } catch (error) {
        if (this.#isClosed) return;
        await this.#unreachable(target, error).catch(() => undefined);
        await this.#pause(seen);
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
  async #fetchFrom({ endpoint }: Target, seen: number): Promise<boolean> {
    const { nodeId, log, view, quorum, peers, inTurn } = this.#options;
    // What the leader is told to be here has to be on disk.
    if (log.flushedOffset < log.endOffset) await inTurn(() => log.flush());
    const request: MetadataFetch = {
      replicaId: nodeId,
      leaderEpoch: quorum.epoch,
      ...placeOf(view),
      maxWaitMs: FETCH_MAX_WAIT_MS,
      maxBytes: FETCH_MAX_BYTES,
      highWatermark: quorum.highWatermark,
    };
    const answer = await this.#unlessChanged(peers.fetch(endpoint, request), seen);
    if (answer === undefined) return true;
    for (const [id, where] of answer.nodes) this.learned.set(id, where);
    const wanted = await inTurn(() => this.#take(request, answer));
    if (wanted !== null) await this.#download(endpoint, wanted, { reply: answer.reply, seen });
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

  /** Fetches a snapshot piece by piece, and begins the log anew behind it. Another role, and it is of no use any more. */
  async #download(
    endpoint: NodeEndpoint,
    id: SnapshotId,
    { reply, seen }: { readonly reply: FetchReply; readonly seen: number },
  ): Promise<void> {
    const leaderEpoch = reply.epoch;
    const { nodeId, peers, folder, inTurn, quorum, log, view, perform, onSnapshot } = this.#options;
    const pieces: Buffer[] = [];
    let position = 0;
    let sizeBytes = 1;
    while (position < sizeBytes) {
      const maxBytes = SNAPSHOT_PIECE_BYTES;
      const asked = { replicaId: nodeId, leaderEpoch, id, position, maxBytes };
      const piece = await this.#unlessChanged(peers.fetchSnapshot(endpoint, asked), seen);
      if (
        piece === undefined ||
        piece.error !== null ||
        piece.bytes.length === 0 ||
        piece.sizeBytes > SNAPSHOT_MAX_BYTES
      )
        return;
      // The leader is there, as if it had answered a fetch.
      await inTurn(() => perform(quorum.onFetchReply(reply)));
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

  async #pause(seen: number): Promise<void> {
    const passed = Promise.withResolvers<void>();
    const timer = this.#options.timers.after(RETRY_MS, () => passed.resolve());
    await this.#unlessChanged(passed.promise, seen);
    timer.cancel();
  }

  /** Resolves when the role has changed since it was seen. */
  #changed(seen: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#changes !== seen) resolve();
      else this.#waiting.add(resolve);
    });
  }

  /**
   * What comes of the work; undefined where the role changes before. What races with a promise that lasts as long as a role is kept for as
   * long, answers and all.
   */
  #unlessChanged<T>(work: Promise<T>, seen: number): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const end = (): void => resolve(undefined);
      if (this.#changes !== seen) end();
      else this.#waiting.add(end);
      work.then(resolve, reject).finally(() => this.#waiting.delete(end));
    });
  }
}
