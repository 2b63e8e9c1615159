import { readdirSync, readFileSync } from 'node:fs';

/** What a process and all its descendants hold and have used, from /proc. */
export interface TreeUse {
  readonly processes: number;
  /** Resident set sizes added up: pages shared between the processes count once for each. */
  readonly rssMiB: number;
  /** Proportional set sizes added up: shared pages count once in all. */
  readonly pssMiB: number;
  /** User and system time since each process started, of those that still live and of children they waited for. */
  readonly cpuSeconds: number;
}

/** Linux counts processor time in hundredths of a second towards user space, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100;

/** Reads the trees under `roots`. Linux only; what ended meanwhile is left out. */
export function useOfTrees(roots: readonly number[]): TreeUse {
  const pids = withDescendants(roots);
  const uses = pids.flatMap((pid) => useOf(pid) ?? []);
  const sum = (pick: (use: Use) => number) => uses.reduce((total, use) => total + pick(use), 0);
  return {
    processes: uses.length,
    rssMiB: sum((use) => use.rssKiB) / 1024,
    pssMiB: sum((use) => use.pssKiB) / 1024,
    cpuSeconds: sum((use) => use.ticks) / TICKS_PER_SECOND,
  };
}

function withDescendants(roots: readonly number[]): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? statOf(Number(name))?.parent : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = new Set<number>();
  const look = [...roots];
  for (let pid = look.pop(); pid !== undefined; pid = look.pop()) {
    if (found.has(pid)) continue;
    found.add(pid);
    look.push(...(children.get(pid) ?? []));
  }
  return [...found];
}

interface Use {
  readonly rssKiB: number;
  readonly pssKiB: number;
  readonly ticks: number;
}

function useOf(pid: number): Use | null {
  const stat = statOf(pid);
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  if (!stat || rollup === null) return null;
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0);
  return { rssKiB: kib('Rss'), pssKiB: kib('Pss'), ticks: stat.ticks };
}

function statOf(pid: number): { readonly parent: number; readonly ticks: number } | null {
  const text = read(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The second field, a name in brackets, may hold blanks: the others are counted from behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
  return { parent: Number(fields[1]), ticks };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
