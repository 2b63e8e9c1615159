import type { SimulatedNode } from '@millrace/broker/testing/simulation';
import { iterateBatches } from '@millrace/protocol/records';
import type { SimulatedProducer } from './simulated-producer.ts';

const METADATA_LOG = '__cluster_metadata-0';
const READ_BYTES = 64 * 1024 * 1024;

interface Seen {
  incarnation: number;
  highWatermark: number;
  checkedTo: number;
}

/** What must hold at every moment, looked at from outside. What is violated is thrown. */
export class Invariants {
  readonly #nodes: readonly SimulatedNode[];
  readonly #topic: string;
  /** By log and offset: what was committed there, for ever. */
  readonly #committed = new Map<string, Map<number, string>>();
  readonly #leaders = new Map<string, number>();
  readonly #seen = new Map<string, Seen>();

  constructor(nodes: readonly SimulatedNode[], topic: string) {
    this.#nodes = nodes;
    this.#topic = topic;
  }

  acknowledged(partition: number, offset: number, batch: Buffer): void {
    this.#agree(`${this.#topic}-${partition}`, offset, digestOf(batch, 0), 'was acknowledged');
  }

  async look(): Promise<void> {
    for (const node of this.#nodes) {
      const { core } = node;
      if (core === null) continue;
      for (const local of core.partitions.all()) {
        if (local.topic !== this.#topic) continue;
        const name = `${local.topic}-${local.partition}`;
        if (local.isLeader) this.#oneLeader(name, local.leaderEpoch, node.nodeId);
        const { highWatermark, lastStableOffset, log } = local;
        if (lastStableOffset > highWatermark || highWatermark > log.endOffset)
          throw new Error(
            `${name} on ${node.nodeId}: LSO ${lastStableOffset}, HW ${highWatermark}, LEO ${log.endOffset}`,
          );
        await this.#lookAt(node, name, highWatermark);
      }
      await this.#lookAtQuorum(node, core);
    }
  }

  /** At the end: everything that was acknowledged is in every log, once. */
  checkAcknowledged(producers: readonly SimulatedProducer[]): void {
    for (const { partition, sent, acknowledged } of producers) {
      const committed = this.#committed.get(`${this.#topic}-${partition}`)?.size ?? 0;
      if (committed < acknowledged)
        throw new Error(`${acknowledged} batches acknowledged, ${committed} are there`);
      if (committed > sent) throw new Error(`${sent} batches were sent, ${committed} are there: some twice`);
    }
  }

  async #lookAtQuorum(node: SimulatedNode, core: NonNullable<SimulatedNode['core']>): Promise<void> {
    let state: ReturnType<typeof core.plane.quorum.state>;
    try {
      state = core.plane.quorum.state();
    } catch {
      return;
    }
    const isLeader = state.leaderId === node.nodeId;
    if (isLeader) this.#oneLeader('the quorum', state.leaderEpoch, node.nodeId);
    await this.#lookAt(node, METADATA_LOG, state.highWatermark);
  }

  #oneLeader(what: string, epoch: number, nodeId: number): void {
    const key = `${what} ${epoch}`;
    const known = this.#leaders.get(key);
    if (known !== undefined && known !== nodeId)
      throw new Error(`${what} is led by ${known} and ${nodeId} in epoch ${epoch}`);
    this.#leaders.set(key, nodeId);
  }

  async #lookAt(node: SimulatedNode, name: string, highWatermark: number): Promise<void> {
    const key = `${node.nodeId} ${name}`;
    let seen = this.#seen.get(key);
    if (seen === undefined || seen.incarnation !== node.incarnation) {
      seen = { incarnation: node.incarnation, highWatermark: -1, checkedTo: 0 };
      this.#seen.set(key, seen);
    }
    if (highWatermark < seen.highWatermark)
      throw new Error(
        `the high watermark of ${name} on ${node.nodeId} goes back from ${seen.highWatermark} to ${highWatermark}`,
      );
    seen.highWatermark = highWatermark;
    const log = node.storage.logs.get(name);
    const from = Math.max(seen.checkedTo, log?.startOffset ?? 0);
    if (log === undefined || highWatermark <= from) return;
    const limits = { maxBytes: READ_BYTES, atLeastOne: true, endBefore: highWatermark };
    for (const buffer of await log.read(from, limits)) {
      for (const { position, baseOffset, lastOffset } of iterateBatches(buffer)) {
        if (baseOffset < from) continue;
        this.#agree(name, baseOffset, digestOf(buffer, position), `is on node ${node.nodeId}`);
        seen.checkedTo = lastOffset + 1;
      }
    }
  }

  /** Whatever is committed once at an offset stays. */
  #agree(name: string, offset: number, digest: string, how: string): void {
    const log = this.#committed.get(name) ?? new Map<number, string>();
    this.#committed.set(name, log);
    const known = log.get(offset);
    if (known !== undefined && known !== digest)
      throw new Error(`${name} at ${offset}: what ${how} is not what was committed there`);
    log.set(offset, digest);
  }
}

/** The checksum, which does not depend on where the batch stands. */
function digestOf(buffer: Buffer, position: number): string {
  return buffer.subarray(position + 17, position + 21).toString('hex');
}
