import type {
  SeededRandom,
  SimulatedNetwork,
  SimulatedNode,
  VirtualTime,
} from '@millrace/broker/testing/simulation';
import type { ClusterPlan, FaultKind } from './cluster-plan.ts';
import { type Image, isReady, quorumOf } from './cluster-view.ts';
import type { Invariants } from './invariants.ts';
import type { Workload } from './simulated-client.ts';

export interface FaultsOptions {
  readonly plan: ClusterPlan;
  readonly nodes: readonly SimulatedNode[];
  readonly network: SimulatedNetwork;
  readonly random: SeededRandom;
  readonly time: VirtualTime;
  readonly invariants: Invariants;
  readonly work: () => readonly Workload[];
  readonly say: (line: string) => void;
}

const ROLL_STEP_MS = 500;
/** Who could come back with what is there has, when all was well for so long. */
const PATIENCE_MS = 10_000;

/** What goes wrong, one thing after the other, and in the end nothing any more. */
export class Faults {
  count = 0;
  readonly #options: FaultsOptions;
  /** Nodes that a rolling restart has still to come to. */
  #rolling: SimulatedNode[] = [];
  #rolled: SimulatedNode | null = null;
  #liesInWaitOf: 'changed' | 'grown' | null = null;
  #seen: Image | null = null;
  #calmSinceMs = Number.POSITIVE_INFINITY;

  constructor(options: FaultsOptions) {
    this.#options = options;
  }

  async next(): Promise<void> {
    const { random, nodes } = this.#options;
    this.count += 1;
    const kind = this.#draw();
    const node = nodes[random.between(0, nodes.length)];
    if (node !== undefined) await this.#inject(kind, node);
  }

  /** After each event: where somebody lies in wait, whoever leads a partition falls when its in-sync set changes. */
  async watch(): Promise<void> {
    const { invariants, nodes, random, say } = this.#options;
    const before = this.#seen;
    const now = invariants.newest;
    this.#seen = now;
    if (this.#liesInWaitOf === null || now === null || before === null || now === before) return;
    const leader = leaderOfChanged(before, now, this.#liesInWaitOf);
    const node = nodes.find(({ nodeId }) => nodeId === leader);
    if (node === undefined) return;
    this.#liesInWaitOf = null;
    say(`ambush of ${node.nodeId}`);
    const dice = random.float();
    if (dice < 0.3) this.#freeze(node);
    else if (dice < 0.7) this.#cutFromController(node);
    else await this.#kill(node, random.float() < 0.3);
  }

  /** Nothing goes wrong any more; what is down comes back little by little. */
  end(): void {
    const { nodes, network, say, time } = this.#options;
    say('calm');
    this.#calmSinceMs = time.nowMs;
    this.#liesInWaitOf = null;
    this.#rolling = [];
    this.#rolled = null;
    network.heal();
    network.delayMaxMs = 5;
    for (const node of nodes) node.disk.isFull = false;
    void this.#mend();
  }

  async #mend(): Promise<void> {
    const { nodes, time } = this.#options;
    for (const node of nodes) {
      // A metadata log that the disk refused needs a new process.
      if (node.core !== null && node.disk.hasRefusedMetadata) await this.#replace(node);
      if (node.core === null) node.start();
    }
    if (nodes.some(({ core, isStopping, disk }) => core === null || isStopping || disk.hasRefusedMetadata))
      time.at(time.nowMs + ROLL_STEP_MS, null, () => void this.#mend());
  }

  /** Where nobody can register without it, and it may not be killed as somebody else has lost something, it ends in order. */
  async #replace(node: SimulatedNode): Promise<void> {
    const { invariants, time, say } = this.#options;
    await this.#kill(node, false);
    if (node.core === null || node.isStopping || time.nowMs < this.#calmSinceMs + PATIENCE_MS) return;
    say(`stop ${node.nodeId}`);
    invariants.dies(node.nodeId, { losesPower: false });
    node.stop();
  }

  #draw(): FaultKind {
    const { plan, random } = this.#options;
    const kinds = [...plan.faults];
    let dice = random.float() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [kind, weight] of kinds) {
      dice -= weight;
      if (dice < 0) return kind;
    }
    return 'heal';
  }

  async #inject(kind: FaultKind, node: SimulatedNode): Promise<void> {
    switch (kind) {
      case 'kill':
      case 'lose-power':
        return await this.#kill(node, kind === 'lose-power');
      case 'start':
        return this.#start();
      case 'stop':
        return this.#stop(node);
      case 'roll':
        return this.#roll();
      case 'freeze':
        return this.#freeze(node);
      case 'disk-full':
      case 'disk-room':
        return await this.#disk(node, kind === 'disk-full');
      case 'crash-client':
        return this.#crashClient();
      case 'ambush':
        this.#liesInWaitOf = this.#options.random.float() < 0.5 ? 'grown' : 'changed';
        return;
      default:
        return this.#disturb(kind, node);
    }
  }

  async #kill(node: SimulatedNode, losesPower: boolean): Promise<void> {
    const { invariants, say } = this.#options;
    if (node.core === null || !invariants.mayDie(node.nodeId, { losesPower })) return;
    say(`kill ${node.nodeId}${losesPower ? ' with its power' : ''}`);
    invariants.dies(node.nodeId, { losesPower });
    await node.kill({ losesPower });
  }

  #start(): void {
    const { nodes, say } = this.#options;
    for (const node of nodes) {
      if (node.core !== null || node === this.#rolled) continue;
      say(`start ${node.nodeId}`);
      node.start();
    }
  }

  #stop(node: SimulatedNode): void {
    const { invariants, say } = this.#options;
    if (node.core === null || !invariants.mayDie(node.nodeId, { losesPower: false })) return;
    say(`stop ${node.nodeId}`);
    invariants.dies(node.nodeId, { losesPower: false });
    node.stop();
  }

  /** One node after the other is ended and started again, each when the one before serves. */
  #roll(): void {
    const { nodes, say } = this.#options;
    if (this.#rolling.length > 0 || this.#rolled !== null) return;
    say('rolling restart');
    this.#rolling = [...nodes];
    this.#rollOn();
  }

  #rollOn(): void {
    const { time, nodes } = this.#options;
    if (this.#rolled !== null && this.#rolled.core === null) {
      this.#rolled.start();
      this.#rolled = null;
    } else if (this.#rolled === null && isReady(nodes)) {
      const node = this.#rolling.shift();
      if (node === undefined) return;
      this.#rolled = node;
      this.#stop(node);
    }
    if (this.#rolling.length > 0 || this.#rolled !== null)
      time.at(time.nowMs + ROLL_STEP_MS, null, () => this.#rollOn());
  }

  #freeze(node: SimulatedNode): void {
    const { random, say } = this.#options;
    const ms = random.between(100, 6_000);
    say(`freeze ${node.nodeId} for ${ms} ms`);
    node.freeze(ms);
  }

  async #disk(node: SimulatedNode, isFull: boolean): Promise<void> {
    const { nodes, say } = this.#options;
    if (isFull) {
      say(`the disk of ${node.nodeId} is full`);
      node.disk.isFull = true;
      return;
    }
    for (const one of nodes) {
      if (one.disk.isFull) say(`the disk of ${one.nodeId} has room`);
      one.disk.isFull = false;
      if (!one.disk.hasRefusedMetadata) continue;
      await this.#kill(one, false);
      if (one.core === null) one.start();
    }
  }

  #crashClient(): void {
    const { work, random, say } = this.#options;
    const able = work().filter(({ crash }) => crash !== undefined);
    const victim = able[random.between(0, Math.max(able.length, 1))];
    if (victim === undefined) return;
    say(`a client crashes`);
    victim.crash?.();
  }

  #disturb(kind: FaultKind, node: SimulatedNode): void {
    const { network, random, nodes, say } = this.#options;
    const other = nodes[random.between(0, nodes.length)];
    if (kind === 'cut' && other !== undefined && other !== node) {
      const isBoth = random.float() < 0.5;
      say(`cut ${node.nodeId} ${isBoth ? '<' : ''}> ${other.nodeId}`);
      network.cut(node.nodeId, other.nodeId);
      if (isBoth) network.cut(other.nodeId, node.nodeId);
    } else if (kind === 'isolate-controller') this.#isolateController();
    else if (kind === 'heal') {
      say('heal');
      network.heal();
    } else if (kind === 'weather') {
      network.lossRate = random.float() * 0.1;
      network.repeatRate = random.float() * 0.1;
      network.delayMaxMs = random.between(1, 200);
      say(`loss ${network.lossRate.toFixed(3)}, delay ${network.delayMaxMs}`);
    } else if (kind === 'clock') {
      const ms = random.between(-3_600_000, 3_600_000);
      say(`the clock of ${node.nodeId} jumps by ${ms} ms`);
      node.jumpWallClock(ms);
    }
  }

  /** It goes on to serve what it leads, and hears nothing of what is decided. */
  #cutFromController({ nodeId }: SimulatedNode): void {
    const { plan, network, say } = this.#options;
    say(`${nodeId} is cut off from the controllers`);
    for (const controller of plan.controllers) {
      if (controller === nodeId) continue;
      network.cut(controller, nodeId);
      network.cut(nodeId, controller);
    }
  }

  /** Whoever leads the quorum hears from nobody, or is heard by nobody. */
  #isolateController(): void {
    const { nodes, network, random, say } = this.#options;
    const leader = nodes.find(({ core, nodeId }) => core !== null && quorumOf(core)?.leaderId === nodeId);
    if (leader === undefined) return;
    const dice = random.float();
    say(`controller ${leader.nodeId} is cut off`);
    for (const { nodeId } of nodes) {
      if (nodeId === leader.nodeId) continue;
      if (dice < 0.7) network.cut(leader.nodeId, nodeId);
      if (dice > 0.3) network.cut(nodeId, leader.nodeId);
    }
  }
}

/** The leader of a partition whose in-sync set is another one now; undefined where there is none. */
function leaderOfChanged(before: Image, now: Image, how: 'changed' | 'grown'): number | undefined {
  for (const [id, { partitions }] of now.topicsById) {
    const known = before.topicsById.get(id);
    if (known === undefined || known.partitions === partitions) continue;
    for (const { partition, isr, leader } of partitions) {
      const was = known.partitions[partition]?.isr ?? isr;
      if (how === 'grown' ? isr.length > was.length : isr !== was) return leader;
    }
  }
  return undefined;
}
