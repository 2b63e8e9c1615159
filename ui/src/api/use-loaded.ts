import { useEffect, useRef, useState } from 'react';
import { type Explained, explain } from './client.ts';
import { type Stale, useMarkedStale } from './staleness.ts';

/** Something that is read from the server, perhaps again and again. What was read stays when reading fails. */
export interface Loaded<T> {
  readonly data: T | null;
  readonly error: Explained | null;
  /** Local time of the last success, ms since the epoch. */
  readonly asOfMs: number | null;
}

/** What fails is not asked for every second. */
const AFTER_FAILURE_MS = 3_000;
/** An answer that takes longer leaves what is shown behind the times, ms. */
const OVERDUE_MS = 2_000;
const OVERDUE = 'The server takes long to answer.';

/** What was read last, by key: a page that is gone back to shows it at once while it reads anew. */
const REMEMBERED_MAX = 60;
const remembered = new Map<string, { readonly data: unknown; readonly asOfMs: number }>();

function remember(key: string, data: unknown, asOfMs: number): void {
  remembered.delete(key);
  remembered.set(key, { data, asOfMs });
  const [oldest] = remembered.keys();
  if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
}

/** What is known of a key before it is read. */
function recalled<T>(key: string): Loaded<T> {
  const known = remembered.get(key);
  return known === undefined ? NOTHING : { data: known.data as T, error: null, asOfMs: known.asOfMs };
}

const NOTHING = { data: null, error: null, asOfMs: null };

interface Reading<T> extends Loaded<T> {
  readonly key: string;
  /** Whether the answer is long due. */
  readonly overdue: boolean;
}

/**
 * Reads when `key` changes, and then what was read before is gone (what is remembered of the new key is shown); when `trigger` changes, and then it stays; and every
 * `everyMs` milliseconds where that is not null. Not while the page is hidden. An answer that comes too late is dropped. While what is shown
 * could not be read again, the frame says as of when it is.
 */
export function useLoaded<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number | null,
  trigger = '',
): Loaded<T> {
  const [loaded, setLoaded] = useState<Reading<T>>(() => ({ ...recalled<T>(key), key, overdue: false }));
  const loader = useRef(load);
  loader.current = load;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the trigger is what asks for another reading.
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let due: ReturnType<typeof setTimeout> | undefined;
    const tell = (change: Partial<Loaded<T>>, overdue = false) =>
      setLoaded((before) => ({
        ...(before.key === key ? before : recalled<T>(key)),
        ...{ key, overdue },
        ...change,
      }));
    const read = async (): Promise<boolean> => {
      due = setTimeout(() => tell({}, true), OVERDUE_MS);
      try {
        const data = await loader.current(abort.signal);
        if (abort.signal.aborted) return false;
        remember(key, data, Date.now());
        tell({ data, error: null, asOfMs: Date.now() });
        return true;
      } catch (error) {
        if (abort.signal.aborted) return false;
        tell({ error: explain(error) });
        return false;
      } finally {
        clearTimeout(due);
      }
    };
    const again = async () => {
      const well = document.hidden || (await read());
      if (everyMs === null || abort.signal.aborted) return;
      timer = setTimeout(again, well ? everyMs : Math.max(everyMs, AFTER_FAILURE_MS));
    };
    void again();
    return () => {
      abort.abort();
      clearTimeout(timer);
      clearTimeout(due);
    };
  }, [key, trigger, everyMs]);
  useMarkedStale(loaded.key === key ? staleOf(loaded) : null);
  return loaded.key === key ? loaded : recalled<T>(key);
}

function staleOf({ data, error, asOfMs, overdue }: Reading<unknown>): Stale | null {
  if (data === null || asOfMs === null || (error === null && !overdue)) return null;
  return { asOfMs, message: error?.message ?? OVERDUE };
}
