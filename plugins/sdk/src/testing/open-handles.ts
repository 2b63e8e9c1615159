import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Sockets, watchers, child processes and files that are open, counted by kind. */
export type OpenHandles = ReadonlyMap<string, number>;

// Work under way and the pool's own, which end by themselves; timers are watched apart.
const PASSING = new Set([
  'Timeout',
  'FSReqCallback',
  'FSReqPromise',
  'GetAddrInfoReqWrap',
  'TickInfo',
  'Immediate',
]);

const DESCRIPTORS = '/proc/self/fd';

/**
 * Counts what is open now. Node names only what keeps the process alive; file descriptors and watched files are
 * counted beside that, where the system lists them (Linux).
 */
export function openHandles(): OpenHandles {
  const counts = new Map<string, number>();
  const add = (kind: string, count: number) => counts.set(kind, (counts.get(kind) ?? 0) + count);
  for (const kind of process.getActiveResourcesInfo()) if (!PASSING.has(kind)) add(kind, 1);
  for (const descriptor of listed(() => readdirSync(DESCRIPTORS))) {
    const [target = ''] = listed(() => [readlinkSync(`${DESCRIPTORS}/${descriptor}`)]);
    if (target === 'anon_inode:inotify') add('watched file', watchesOf(descriptor));
    // The event loop's own are made at first use and kept.
    else if (!target.startsWith('anon_inode:')) add(`descriptor of ${target.replace(/:.*/, '')}`, 1);
  }
  return counts;
}

function watchesOf(descriptor: string): number {
  const [info = ''] = listed(() => [readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')]);
  return info.split('\n').filter((line) => line.startsWith('inotify ')).length;
}

/** What was asked, or nothing where the system has no such list or the entry is gone meanwhile. */
function listed(ask: () => readonly string[]): readonly string[] {
  try {
    return ask();
  } catch {
    return [];
  }
}

/** What is open now beyond `before`: `TCPSocketWrap +1`. */
export function openedSince(before: OpenHandles): readonly string[] {
  return [...openHandles()]
    .map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const)
    .filter(([, more]) => more > 0)
    .map(([kind, more]) => `${kind} +${more}`);
}
