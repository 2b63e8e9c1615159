import { useEffect, useRef, useState } from 'react';
import { explain } from './client.ts';

/** Something that is read from the server, perhaps again and again. What was read stays when reading fails. */
export interface Loaded<T> {
  readonly data: T | null;
  readonly error: { readonly message: string; readonly hint: string | null } | null;
  /** Local time of the last success, ms since the epoch. */
  readonly asOfMs: number | null;
}

/** What fails is not asked for every second. */
const AFTER_FAILURE_MS = 3_000;

const NOTHING = { data: null, error: null, asOfMs: null };

/**
 * Reads when `key` changes, and then what was read before is gone; when `trigger` changes, and then it stays; and every
 * `everyMs` milliseconds where that is not null. Not while the page is hidden. An answer that comes too late is dropped.
 */
export function useLoaded<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number | null,
  trigger = '',
): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T> & { key: string }>({ ...NOTHING, key });
  const loader = useRef(load);
  loader.current = load;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the trigger is what asks for another reading.
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async (): Promise<boolean> => {
      try {
        const data = await loader.current(abort.signal);
        if (!abort.signal.aborted) setLoaded({ key, data, error: null, asOfMs: Date.now() });
        return true;
      } catch (error) {
        if (abort.signal.aborted) return false;
        setLoaded((before) => ({ ...(before.key === key ? before : NOTHING), key, error: explain(error) }));
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
  return loaded.key === key ? loaded : NOTHING;
}
