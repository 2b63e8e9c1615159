import type { SimulatedNode } from '@millrace/broker/testing/simulation';
import { type Core, type Image, imageOf, quorumOf } from './cluster-view.ts';
import { CommittedLog } from './committed-log.ts';

type Local = NonNullable<ReturnType<Core['partitions']['get']>>;

interface Seen {
  readonly committed: CommittedLog;
  highWatermark: number;
  checkedTo: number;
}

const METADATA_LOG = '__cluster_metadata-0';
const READ_BYTES = 64 * 1024 * 1024;
/** The quorum is looked at less often: its state is dear to make. */
const EVENTS_PER_QUORUM_LOOK = 10;

/** What must hold at every moment, looked at from outside. What is violated is thrown. */
export class Invariants {
  readonly #nodes: readonly SimulatedNode[];
  readonly #minInSync: number;
  readonly #logs = new Map<string, CommittedLog>();
  readonly #seen = new WeakMap<object, Seen>();
  readonly #images = new Map<number, string>();
  readonly #shown = new Map<number, Image>();
  readonly #compacted = new Map<string, boolean>();
  /** By node, the registration under which its process ended. */
  readonly #ended = new Map<number, number>();
  /** By node, the registration under which it lost the end of its logs. */
  readonly #lossy = new Map<number, number>();
  #newest: Image | null = null;
  #events = 0;

  /** @param minInSync where a topic does not say */
  constructor(nodes: readonly SimulatedNode[], minInSync: number) {
    this.#nodes = nodes;
    this.#minInSync = minInSync;
  }

  /** The newest metadata that was ever seen. */
  get newest(): Image | null {
    return this.#newest;
  }

  /** After each event. */
  async look(): Promise<void> {
    this.#events += 1;
    for (const node of this.#nodes) {
      const { core } = node;
      if (core === null) continue;
      this.#lookAtImage(node, core);
      for (const local of core.partitions.all()) {
        const seen = this.#lookAtPartition(node, local);
        if (seen !== null) await this.#readTo(seen, local, node);
      }
      if (this.#events % EVENTS_PER_QUORUM_LOOK === 0) await this.#lookAtQuorum(node, core);
    }
  }

  log(topicId: string, name: string, partition: number): CommittedLog {
    const key = `${topicId} ${partition}`;
    const known = this.#logs.get(key);
    if (known !== undefined) return known;
    const isCompacted = this.#isCompacted(name);
    const log = new CommittedLog(`${name}-${partition}`, { isCompacted });
    this.#logs.set(key, log);
    return log;
  }

  /** By the name of the topic now. */
  logOf(topic: string, partition: number): CommittedLog {
    const id = this.#newest?.topicsByName.get(topic)?.id ?? '';
    return this.log(id, topic, partition);
  }

  /**
   * Whether a process may end now, or a node lose its power. Beside somebody that lost the end of its logs, and has not registered again,
   * fewer may end without order than must be in sync to commit (KIP-966), and one at least that is sound stays up.
   */
  mayDie(nodeId: number, { losesPower }: { readonly losesPower: boolean }): boolean {
    const image = this.#newest;
    if (image === null) return !losesPower;
    const isOver = (id: number) => id === nodeId || this.#isOut(this.#ended, id);
    const isLossy = (id: number) => (losesPower && id === nodeId) || this.#isOut(this.#lossy, id);
    for (const { name, partitions } of image.topicsById.values()) {
      const own = image.configs.get('topic', name);
      const minInSync = Number(own?.get('min.insync.replicas') ?? this.#minInSync);
      for (const { isr, elr, replicas, adding } of partitions) {
        const members = [...isr, ...elr];
        // A word of the leader that takes one in sync may be on its way still.
        if (!replicas.includes(nodeId) || !replicas.some(isLossy)) continue;
        if (members.includes(nodeId) && members.every(isOver)) return false;
        if (own?.get('flush.messages') === '1') continue;
        if (replicas.filter(isOver).length >= Math.min(minInSync, replicas.length)) return false;
        // Who comes by a reassignment goes again where that is replaced by another.
        if (members.every((id) => isLossy(id) || adding.includes(id))) return false;
      }
    }
    return true;
  }

  /** Its process ends, or is told to. */
  dies(nodeId: number, { losesPower }: { readonly losesPower: boolean }): void {
    const epoch = this.#newest?.brokers.get(nodeId)?.epoch ?? -1;
    this.#ended.set(nodeId, epoch);
    if (losesPower) this.#lossy.set(nodeId, epoch);
  }

  /** Whether it has not registered again since. */
  #isOut(since: ReadonlyMap<number, number>, nodeId: number): boolean {
    const epoch = since.get(nodeId);
    return epoch !== undefined && (this.#newest?.brokers.get(nodeId)?.epoch ?? -1) <= epoch;
  }

  #isCompacted(topic: string): boolean {
    const known = this.#compacted.get(topic);
    if (known !== undefined) return known;
    const is = this.#newest?.configs.get('topic', topic)?.get('cleanup.policy') === 'compact';
    this.#compacted.set(topic, is);
    return is;
  }

  #lookAtImage({ nodeId }: SimulatedNode, core: Core): void {
    const image = imageOf(core);
    if (image === null || image.offset < 0 || this.#shown.get(nodeId) === image) return;
    this.#shown.set(nodeId, image);
    const text = textOf(image);
    const known = this.#images.get(image.offset);
    if (known === undefined) this.#images.set(image.offset, text);
    else if (known !== text)
      throw new Error(`metadata at ${image.offset} differ on ${nodeId}:\n${known}\n${text}`);
    if (image.offset > (this.#newest?.offset ?? -1)) this.#newest = image;
  }

  /** @returns what is to be read on, where more is committed */
  #lookAtPartition({ nodeId }: SimulatedNode, local: Local): Seen | null {
    const { highWatermark, log } = local;
    let seen = this.#seen.get(local);
    if (seen === undefined) {
      const committed = this.log(local.topicId, local.topic, local.partition);
      seen = { committed, highWatermark: -1, checkedTo: 0 };
      this.#seen.set(local, seen);
    }
    const { committed } = seen;
    if (local.isLeader) {
      committed.leads(nodeId, local.leaderEpoch, log.endOffset);
      committed.committed(local.leaderEpoch, highWatermark);
    }
    if (highWatermark < seen.highWatermark)
      throw new Error(
        `the high watermark of ${committed.name} on ${nodeId} goes back from ${seen.highWatermark} to ${highWatermark}`,
      );
    const { lastStableOffset } = local;
    if (lastStableOffset > highWatermark || highWatermark > log.endOffset)
      throw new Error(
        `${committed.name} on ${nodeId}: LSO ${lastStableOffset}, HW ${highWatermark}, LEO ${log.endOffset}`,
      );
    if (highWatermark > log.writtenOffset)
      throw new Error(
        `${committed.name} on ${nodeId}: ${highWatermark} are committed, ${log.writtenOffset} are written`,
      );
    const hasMore = highWatermark > Math.max(seen.highWatermark, seen.checkedTo);
    seen.highWatermark = highWatermark;
    return hasMore ? seen : null;
  }

  async #readTo(seen: Seen, local: Local, { nodeId }: SimulatedNode): Promise<void> {
    const { log, highWatermark } = local;
    const { committed } = seen;
    const from = Math.max(seen.checkedTo, log.startOffset);
    if (highWatermark <= from) return;
    const limits = { maxBytes: READ_BYTES, atLeastOne: true, endBefore: highWatermark };
    for (const buffer of await log.read(from, limits))
      seen.checkedTo = committed.agree(buffer, Math.max(from, seen.checkedTo), `is on node ${nodeId}`);
  }

  async #lookAtQuorum(node: SimulatedNode, core: Core): Promise<void> {
    const state = quorumOf(core);
    const log = node.storage.logs.get(METADATA_LOG);
    if (state === null || log === undefined) return;
    const committed = this.log('quorum', METADATA_LOG, 0);
    if (state.leaderId === node.nodeId) committed.leads(node.nodeId, state.leaderEpoch, log.endOffset);
    const { highWatermark } = state;
    const seen = this.#seen.get(core) ?? { committed, highWatermark: -1, checkedTo: 0 };
    this.#seen.set(core, seen);
    if (highWatermark < seen.highWatermark)
      throw new Error(
        `the metadata's high watermark on ${node.nodeId} goes back from ${seen.highWatermark} to ${highWatermark}`,
      );
    seen.highWatermark = highWatermark;
    if (state.leaderId === node.nodeId) committed.committed(state.leaderEpoch, highWatermark);
    const from = Math.max(seen.checkedTo, log.startOffset);
    if (highWatermark <= from) return;
    const limits = { maxBytes: READ_BYTES, atLeastOne: true, endBefore: highWatermark };
    for (const buffer of await log.read(from, limits))
      seen.checkedTo = committed.agree(buffer, Math.max(from, seen.checkedTo), `is on node ${node.nodeId}`);
  }
}

/** Everything that an image says, in one order. */
function textOf(image: Image): string {
  const byKey = <Value>(map: Iterable<readonly [string | number, Value]>) =>
    [...map].sort(([left], [right]) => (left < right ? -1 : 1));
  const configs = [...image.configs.resources()].map(
    ({ type, name, values }) => [`${type} ${name}`, byKey(values)] as const,
  );
  return JSON.stringify([
    image.epoch,
    byKey(image.brokers),
    byKey(image.topicsById),
    byKey(configs.filter(([, values]) => values.length > 0)),
    byKey(image.features),
    image.nextProducerId,
  ]);
}
