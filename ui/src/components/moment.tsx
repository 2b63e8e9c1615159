import { useSyncExternalStore } from 'react';
import { useLive } from '../api/live.ts';
import { isAway } from '../api/live-state.ts';
import { absolute, ago } from '../format/times.ts';

/** One clock for the whole page: relative times turn over together. */
let nowMs = Date.now();
const readers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const one of readers) one();
  }, 1000);
  return () => {
    readers.delete(reader);
    if (readers.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

/** The present, by the second. */
export function useNowMs(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

/** The time that what is shown is of: the present, or, while nobody answers, when somebody did. What is to come is counted down from there. */
export function useShownMs(): number {
  const now = useNowMs();
  const live = useLive();
  return isAway(live) ? (live.health?.kafka.asOfMs ?? live.asOfMs ?? now) : now;
}

/** How long ago, with the absolute time on hover. */
export function Ago({ atMs }: { readonly atMs: number }) {
  const now = useNowMs();
  return (
    <time dateTime={new Date(atMs).toISOString()} title={absolute(atMs)}>
      {ago(atMs, now)}
    </time>
  );
}
