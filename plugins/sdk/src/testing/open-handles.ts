import { readdirSync } from 'node:fs';

/** Sockets, watchers, timers, child processes and file descriptors that are open, counted by kind. */
export type OpenHandles = ReadonlyMap<string, number>;

// Work under way and the pool's own: they end by themselves.
const PASSING = new Set(['FSReqCallback', 'FSReqPromise', 'GetAddrInfoReqWrap', 'TickInfo', 'Immediate']);

/** Counts what is open now. File descriptors are counted where the system lists them (Linux). */
export function openHandles(): OpenHandles {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!PASSING.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  try {
    counts.set('file descriptor', readdirSync('/proc/self/fd').length);
  } catch {
    // No such list on this system: the other kinds must do.
  }
  return counts;
}

/** What is open now beyond `before`: `TCPSocketWrap +1`. */
export function openedSince(before: OpenHandles): readonly string[] {
  return [...openHandles()]
    .map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const)
    .filter(([, more]) => more > 0)
    .map(([kind, more]) => `${kind} +${more}`);
}
