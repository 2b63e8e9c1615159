import { useEffect, useRef, useState } from 'react';
import { type Explained, explain } from './client.ts';

/** Something that is read from the server, perhaps again and again. What was read stays when reading fails. */
export interface Loaded<T> {
  readonly data: T | null;
  readonly error: Explained | null;
  /** Local time of the last success, ms since the epoch. */
  readonly asOfMs: number | null;
}

/** What fails is not asked for every second. */
const AFTER_FAILURE_MS = 3_000;

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

/**
 * Reads when `key` changes, and then what was read before is gone (what is remembered of the new key is shown); when `trigger` changes, and then it stays; and every
 * `everyMs` milliseconds where that is not null. Not while the page is hidden. An answer that comes too late is dropped.
 */
export function useLoaded<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number | null,
  trigger = '',
): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T> & { key: string }>(() => ({ ...recalled<T>(key), key }));
  const loader = useRef(load);
  loader.current = load;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the trigger is what asks for another reading.
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async (): Promise<boolean> => {
      try {
        const data = await loader.current(abort.signal);
        if (abort.signal.aborted) return false;
        remember(key, data, Date.now());
        setLoaded({ key, data, error: null, asOfMs: Date.now() });
        return true;
      } catch (error) {
        if (abort.signal.aborted) return false;
        setLoaded((before) => ({
          ...(before.key === key ? before : recalled<T>(key)),
          key,
          error: explain(error),
        }));
        return false;
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
    };
  }, [key, trigger, everyMs]);
  return loaded.key === key ? loaded : recalled<T>(key);
}
