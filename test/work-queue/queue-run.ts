import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Admin, createAdmin, createProducer } from '@millrace/client';
import { isMillraceError } from '@millrace/foundation';
import { judge, type QueueVerdict } from './journal.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const PARTITIONS = 2;
/** As many deliveries as a group may have: nobody gives up a job whose consumers are killed again and again. */
const DELIVERY_LIMIT = '10';
const PRODUCED_AT_ONCE = 5_000;
const REPLICAS_MAX = 3;

export interface QueueOptions {
  readonly bootstrapServers: readonly string[];
  readonly jobs: number;
  readonly consumers: number;
  /** Between two kills, on average. */
  readonly killEveryMs: number;
  readonly seed: number;
  readonly timeoutMs: number;
  readonly say: (line: string) => void;
  /** How long a consumer takes over what one poll gives it. */
  readonly workMs?: number;
  /** What happens to brokers meanwhile, spread evenly over the jobs. */
  readonly strikes?: readonly (() => Promise<void>)[];
}

export interface QueueResult extends QueueVerdict {
  readonly kills: number;
  readonly isDone: boolean;
}

/** Jobs on two partitions, worked off by consumers that are killed at random, until all are accepted. */
export async function runQueue(options: QueueOptions): Promise<QueueResult> {
  const { bootstrapServers, jobs, consumers, seed, strikes = [], workMs = 0 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'work-queue-'));
  const topic = `jobs-${seed}-${Date.now()}`;
  const group = `workers-${topic}`;
  const admin = createAdmin({ bootstrapServers });
  const children = new Set<ChildProcess>();
  let started = 0;
  let kills = 0;
  const hire = (): void => {
    started += 1;
    const file = join(folder, `${started}.txt`);
    const seeds = [String(seed * 1000 + started), String(workMs)];
    const args = [WORKER, bootstrapServers.join(), topic, group, file, ...seeds];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    children.add(child);
    child.once('exit', () => children.delete(child));
  };
  const perPartition = Math.ceil(jobs / PARTITIONS);
  try {
    const replicationFactor = Math.min(bootstrapServers.length, REPLICAS_MAX);
    await admin.createTopics([{ name: topic, partitions: PARTITIONS, replicationFactor }]);
    await admin.alterConfigs('group', group, {
      'share.auto.offset.reset': 'earliest',
      'share.delivery.count.limit': DELIVERY_LIMIT,
    });
    await produce(bootstrapServers, topic, perPartition);
    for (let index = 0; index < consumers; index++) hire();
    const random = randomOf(seed);
    const untilMs = performance.now() + options.timeoutMs;
    let struck = 0;
    let isDone = false;
    while (!isDone && performance.now() < untilMs) {
      await passed(options.killEveryMs * (0.5 + random()));
      const victim = [...children][Math.floor(random() * children.size)];
      if (victim !== undefined) {
        await kill(victim);
        kills += 1;
        hire();
      }
      const left = (await jobsLeft(admin, group, perPartition)) ?? jobs;
      const strike = strikes[struck];
      if (strike !== undefined && left <= jobs * (1 - (struck + 1) / (strikes.length + 1))) {
        struck += 1;
        await strike();
      }
      isDone = left === 0 && struck === strikes.length;
      options.say(`${kills} killed, ${left} jobs left`);
    }
    await Promise.all([...children].map((child) => end(child)));
    const areLeadersKept = strikes.length === 0;
    return { ...judge(folder, { partitions: PARTITIONS, perPartition, areLeadersKept }), kills, isDone };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await admin.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** How many jobs are not done with; null where nobody says, as while brokers are gone or before the first consumer has joined. */
async function jobsLeft(admin: Admin, group: string, perPartition: number): Promise<number | null> {
  try {
    const offsets = await admin.shareGroupOffsets(group);
    if (offsets.length < PARTITIONS) return null;
    return offsets.reduce((sum, { lag }) => sum + (lag ?? perPartition), 0);
  } catch (error) {
    if (isMillraceError(error) && (error.class === 'transient' || error.code === 'GROUP_ID_NOT_FOUND'))
      return null;
    throw error;
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

async function produce(
  bootstrapServers: readonly string[],
  topic: string,
  perPartition: number,
): Promise<void> {
  const producer = createProducer({ bootstrapServers });
  for (let from = 0; from < perPartition; from += PRODUCED_AT_ONCE) {
    const count = Math.min(PRODUCED_AT_ONCE, perPartition - from);
    await producer.send(
      Array.from({ length: PARTITIONS * count }, (_, index) => ({
        topic,
        partition: index % PARTITIONS,
        key: null,
        value: Buffer.from(`job ${from + Math.floor(index / PARTITIONS)}`),
      })),
    );
  }
  await producer.close();
}

function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
