import { setTimeout as delay } from 'node:timers/promises';
import { SeededRandom } from '../crash/seeded-random.ts';
import { noTransactionOpen, readTopic } from '../crash/topic-reader.ts';
import { eventually } from '../support/index.ts';
import { type ClusterFault, drawFault, type FaultKind } from './cluster-fault.ts';
import { FaultyCluster } from './faulty-cluster.ts';
import { NUMBERS, NUMBERS_PARTITIONS, NumberedLoad } from './numbered-load.ts';
import { GROUP, ReadingGroup } from './reading-group.ts';
import { LEDGER, LEDGER_PARTITIONS, TransactionLoad } from './transaction-load.ts';
import { judgeNumbers, judgeTransactions } from './verdict.ts';

export interface FaultsOptions {
  readonly seed: number;
  readonly faults: number;
  readonly say: (line: string) => void;
  /** What is put in, in order; left out: the seed draws. */
  readonly plan?: readonly ClusterFault[];
}

/** How long nothing was acknowledged in some partition, from the fault until the load went on everywhere. */
export interface Outage {
  readonly kind: FaultKind;
  /** Whether the node led the quorum. */
  readonly ledQuorum: boolean;
  /** Whether it led a partition of the load. */
  readonly led: boolean;
  readonly overlaps: boolean;
  readonly gapMs: number;
}

export interface FaultsReport {
  readonly outages: readonly Outage[];
  readonly acknowledged: number;
  readonly committed: number;
  readonly transactions: number;
  readonly read: number;
  readonly violations: readonly string[];
  /** Where everything lies, when something is wrong. */
  readonly kept: string | null;
}

const REST_MAX_MS = 1_500;
const GOES_ON_TIMEOUT_MS = 180_000;
const FIRST_RECORDS = 100;

/** Runs the load through faults; then everything is mended, and what three topics hold is compared with what was told. */
export async function runClusterFaults(options: FaultsOptions): Promise<FaultsReport> {
  const cluster = await FaultyCluster.start();
  let isWell = false;
  try {
    const report = await new FaultsRun(cluster, options).run();
    isWell = report.violations.length === 0;
    return isWell ? report : { ...report, kept: cluster.folder };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n(everything is kept in ${cluster.folder})`, {
      cause: error,
    });
  } finally {
    await cluster.close({ keepFolder: !isWell });
  }
}

class FaultsRun {
  readonly #cluster: FaultyCluster;
  readonly #options: FaultsOptions;
  readonly #random: SeededRandom;
  readonly #outages: Outage[] = [];

  constructor(cluster: FaultyCluster, options: FaultsOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
  }

  async run(): Promise<FaultsReport> {
    const { bootstrapServers, admin } = this.#cluster;
    const { seed, faults, plan, say } = this.#options;
    await admin.createTopics([
      { name: NUMBERS, partitions: NUMBERS_PARTITIONS, replicationFactor: 3 },
      { name: LEDGER, partitions: LEDGER_PARTITIONS, replicationFactor: 3 },
    ]);
    const numbers = new NumberedLoad(bootstrapServers, new SeededRandom(seed + 1));
    const ledger = new TransactionLoad(bootstrapServers, new SeededRandom(seed + 2));
    const group = new ReadingGroup(bootstrapServers);
    const violations: string[] = [];
    try {
      await eventually(
        () =>
          numbers.count > FIRST_RECORDS && ledger.committed > 0 && group.read.some(({ size }) => size > 0),
        { what: 'the load to run', timeoutMs: GOES_ON_TIMEOUT_MS },
      );
      say('the load runs; faults begin');
      for (let index = 0; index < (plan?.length ?? faults); index += 1) {
        const fault = plan?.[index] ?? drawFault(this.#random, this.#cluster.nodes.length);
        await this.#put(fault, index, numbers);
      }
      await this.#mended();
      say('faults are over');
    } catch (error) {
      violations.push((error as Error).message);
    }
    await Promise.all([numbers.end(), ledger.end()]);
    await this.#readToTheEnd(group, numbers).catch((error: Error) => violations.push(error.message));
    await group.end();
    group.checkCommitted(await admin.groupOffsets(GROUP));
    violations.push(...numbers.failures, ...group.violations, ...(await this.#judged(numbers, ledger)));
    return {
      outages: this.#outages,
      acknowledged: numbers.count,
      committed: ledger.committed,
      transactions: ledger.outcomes.length,
      read: group.read.reduce((sum, { size }) => sum + size, 0),
      violations,
      kept: null,
    };
  }

  async #put(fault: ClusterFault, index: number, numbers: NumberedLoad): Promise<void> {
    const { kind, node, holdMs, overlaps } = fault;
    const [led, ledQuorum] = await this.#duties(node);
    const startedMs = performance.now();
    await this.#begin(fault);
    await delay(holdMs);
    await this.#end(fault);
    const mendedMs = performance.now();
    await eventually(() => numbers.failures.length > 0 || numbers.goesOnSince(mendedMs), {
      what: `the load to go on after fault ${index + 1} (${kind} of ${node})`,
      timeoutMs: GOES_ON_TIMEOUT_MS,
    });
    const gapMs = numbers.longestGapMs(startedMs, mendedMs);
    this.#outages.push({ kind, ledQuorum, led, overlaps, gapMs });
    this.#options.say(
      `${index + 1}  ${kind} of ${node}${ledQuorum ? ', which led the quorum' : ''}, for ${holdMs} ms: nothing acknowledged for ${Math.round(gapMs)} ms at most`,
    );
    if (overlaps) return;
    await this.#cluster.whole();
    await delay(this.#random.between(0, REST_MAX_MS));
  }

  async #duties(node: number): Promise<readonly [boolean, boolean]> {
    const leaders = await Promise.all(
      Array.from({ length: NUMBERS_PARTITIONS }, (_, partition) =>
        this.#cluster.leaderOf(NUMBERS, partition),
      ),
    ).catch((): number[] => []);
    return [leaders.includes(node), (await this.#cluster.quorumLeader().catch(() => -1)) === node];
  }

  async #begin({ kind, node, other, delayMs }: ClusterFault): Promise<void> {
    const it = this.#cluster.nodes[node - 1];
    switch (kind) {
      case 'kill':
        return await it?.kill();
      case 'stop':
        return await it?.stop();
      case 'freeze':
        it?.process?.kill('SIGSTOP');
        return;
      case 'cut':
      case 'one-way':
      case 'delay':
        for (const { nodeId } of this.#cluster.nodes) {
          if (nodeId === node || (other !== null && nodeId !== other)) continue;
          const state = { cut: kind !== 'delay', delayMs };
          this.#cluster.setLink(node, nodeId, state);
          if (kind !== 'one-way') this.#cluster.setLink(nodeId, node, state);
        }
    }
  }

  async #end({ kind, node }: ClusterFault): Promise<void> {
    const it = this.#cluster.nodes[node - 1];
    if (kind === 'kill' || kind === 'stop') await it?.start();
    else if (kind === 'freeze') it?.process?.kill('SIGCONT');
    else this.#cluster.healLinks();
  }

  async #mended(): Promise<void> {
    this.#cluster.healLinks();
    await this.#cluster.whole();
  }

  /** The group has read everything that is acknowledged. */
  async #readToTheEnd(group: ReadingGroup, numbers: NumberedLoad): Promise<void> {
    const lacking = () =>
      numbers.acknowledged.reduce(
        (sum, all, partition) =>
          sum + [...all].filter((number) => !group.read[partition]?.has(number)).length,
        0,
      );
    let left = 0;
    try {
      await eventually(
        () => {
          left = lacking();
          return left === 0;
        },
        { what: `${GROUP} to read to the end`, timeoutMs: GOES_ON_TIMEOUT_MS },
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}: ${left} records are left`, { cause: error });
    }
  }

  async #judged(numbers: NumberedLoad, ledger: TransactionLoad): Promise<readonly string[]> {
    const { bootstrapServers } = this.#cluster;
    try {
      await noTransactionOpen(bootstrapServers, LEDGER, LEDGER_PARTITIONS);
      const records = await readTopic(bootstrapServers, NUMBERS, NUMBERS_PARTITIONS, 'read_uncommitted');
      const committed = await readTopic(bootstrapServers, LEDGER, LEDGER_PARTITIONS, 'read_committed');
      return [
        ...numbers.acknowledged.flatMap((acknowledged, partition) => {
          const values = records
            .filter((one) => one.partition === partition)
            .map(({ value }) => String(value));
          return judgeNumbers(`${NUMBERS}-${partition}`, values, acknowledged);
        }),
        ...judgeTransactions(committed, ledger.outcomes, LEDGER_PARTITIONS),
      ];
    } catch (error) {
      return [`what is stored could not be read: ${(error as Error).message}`];
    }
  }
}
