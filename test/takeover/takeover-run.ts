import { mkdirSync } from 'node:fs';
import type { Life } from '../chaos/journal.ts';
import { eventually } from '../support/index.ts';
import { Group, type GroupWorker } from './group.ts';

/** How one worker went away: killed, or told to end. */
export type Departure = 'SIGKILL' | 'SIGTERM';

/** What became of the tasks of one worker that went away; times in ms. */
export interface Takeover {
  readonly signal: Departure;
  readonly led: boolean;
  readonly tasks: number;
  /** From the signal until the last of its tasks ran elsewhere. */
  readonly lastMs: number;
  /** From the signal until the process was gone. */
  readonly goneMs: number;
  /** The longest that one of its tasks ran nowhere, from where it was last heard of. */
  readonly gapMs: number;
}

export interface TakeoverReport {
  readonly takeovers: readonly Takeover[];
  readonly violations: readonly string[];
}

export interface TakeoverOptions {
  readonly bootstrapServers: readonly string[];
  /** Where journals and logs go. */
  readonly folder: string;
  /** Prefix of everything that the broker keeps. */
  readonly name: string;
  /** Of four departures each: SIGKILL and SIGTERM, of the leader and of another. */
  readonly rounds: number;
  readonly sessionTimeoutMs: number;
  /** Kafka Connect's default where it is left out. */
  readonly heartbeatIntervalMs?: number;
  readonly say: (line: string) => void;
}

/** What a crash may take on top of the session timeout, ms. */
const TAKEOVER_SLACK_MS = 1_000;
/** No timer of the group is so short: who ends in order must not wait for one. */
const ORDERLY_MAX_MS = 4_000;
const WAIT_MS = 30_000;

const departures = [
  { signal: 'SIGKILL', leads: false },
  { signal: 'SIGTERM', leads: false },
  { signal: 'SIGKILL', leads: true },
  { signal: 'SIGTERM', leads: true },
] as const;

/** Takes one worker after the other away from a group of three, and looks when and where its tasks run again. */
export async function runTakeovers(options: TakeoverOptions): Promise<TakeoverReport> {
  mkdirSync(options.folder, { recursive: true });
  const group = await Group.on(options);
  const takeovers: Takeover[] = [];
  const violations: string[] = [];
  try {
    await group.start();
    for (let round = 0; round < options.rounds; round++)
      for (const { signal, leads } of departures) {
        const leader = await group.leader();
        const victim = leads ? leader : group.workers.find((worker) => worker !== leader)!;
        const takeover = await departureOf(group, victim, { signal, leads, violations, ...options });
        takeovers.push(takeover);
        options.say(described(takeover));
        await comeBack(group, victim, violations);
      }
  } finally {
    await group.close();
  }
  return { takeovers, violations };
}

export function described({ signal, led, tasks, lastMs, goneMs, gapMs }: Takeover): string {
  const who = led ? 'the leader' : 'another worker';
  return `${signal} of ${who}: its ${tasks} tasks ran elsewhere after ${lastMs} ms (longest gap ${gapMs} ms); gone after ${goneMs} ms`;
}

type Lives = ReadonlyMap<string, readonly Life[]>;

async function departureOf(
  group: Group,
  victim: GroupWorker,
  by: {
    readonly signal: Departure;
    readonly leads: boolean;
    readonly sessionTimeoutMs: number;
    readonly violations: string[];
  },
): Promise<Takeover> {
  const { signal, leads, sessionTimeoutMs, violations } = by;
  const { pid } = victim.process;
  const before = group.lives();
  const lost = [...before.keys()].filter((task) => before.get(task)?.at(-1)?.worker === pid);
  const signalledAt = Date.now();
  await victim.process.end(signal);
  const goneMs = Date.now() - signalledAt;
  const isBack = (lives: Lives) => lost.every((task) => lives.get(task)?.at(-1)?.worker !== pid);
  const what = `${lost.length} tasks of a worker that ended by ${signal} to run elsewhere`;
  await eventually(() => isBack(group.lives()), { what, timeoutMs: sessionTimeoutMs + WAIT_MS });
  await group.settled();
  const after = group.lives();
  violations.push(...disturbed(before, after, new Set(lost)));
  const moves = lost.flatMap((task) => {
    const [from, to] = after.get(task)?.slice(-2) ?? [];
    return from && to ? [{ task, from, to }] : [];
  });
  for (const { task, from, to } of moves)
    if (to.startedAt < from.heardAt)
      violations.push(`${task} ran twice for ${from.heardAt - to.startedAt} ms`);
  const gaps = moves.map(({ from, to }) => to.startedAt - (from.stopped ? from.heardAt : signalledAt));
  const lastMs = Math.max(...moves.map(({ to }) => to.startedAt)) - signalledAt;
  const takeover = { signal, led: leads, tasks: lost.length, lastMs, goneMs, gapMs: Math.max(...gaps) };
  violations.push(...tooSlow(takeover, sessionTimeoutMs));
  return takeover;
}

function tooSlow(takeover: Takeover, sessionTimeoutMs: number): readonly string[] {
  const { signal, lastMs, goneMs } = takeover;
  const maxMs = signal === 'SIGKILL' ? sessionTimeoutMs + TAKEOVER_SLACK_MS : ORDERLY_MAX_MS;
  return Math.max(lastMs, goneMs) > maxMs ? [`more than ${maxMs} ms: ${described(takeover)}`] : [];
}

/** A task that stays where it is does not stop; one that moves starts once. */
function disturbed(before: Lives, after: Lives, moved: ReadonlySet<string>): readonly string[] {
  return [...before].flatMap(([task, lives]) => {
    const more = (after.get(task)?.length ?? 0) - lives.length;
    const wanted = moved.has(task) ? 1 : 0;
    return more === wanted ? [] : [`${task} started ${more} times and should have ${wanted} times`];
  });
}

/** Starts the worker again; it gets its share of tasks, and the others are left alone. */
async function comeBack(group: Group, worker: GroupWorker, violations: string[]): Promise<void> {
  const before = group.lives();
  worker.process.start();
  await worker.process.ready();
  await group.settled();
  const after = group.lives();
  const moved = [...after].filter(([, lives]) => lives.at(-1)?.worker === worker.process.pid);
  violations.push(...disturbed(before, after, new Set(moved.map(([task]) => task))));
}
