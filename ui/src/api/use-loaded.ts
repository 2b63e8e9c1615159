import { useEffect, useRef, useState } from 'react';
import { explain } from './client.ts';

/** Something that is read from the server, perhaps again and again. What was read stays when reading fails. */
export interface Loaded<T> {
  readonly data: T | null;
  readonly error: { readonly message: string; readonly hint: string | null } | null;
  /** Local time of the last success, ms since the epoch. */
  readonly asOfMs: number | null;
}

const NOTHING = { data: null, error: null, asOfMs: null };

/**
 * Reads when `key` changes, and every `everyMs` milliseconds where that is not null; not while the page is hidden.
 * An answer that arrives after `key` has changed is dropped.
 */
export function useLoaded<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number | null,
): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T> & { key: string }>({ ...NOTHING, key });
  const loader = useRef(load);
  loader.current = load;
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      try {
        const data = await loader.current(abort.signal);
        if (!abort.signal.aborted) setLoaded({ key, data, error: null, asOfMs: Date.now() });
      } catch (error) {
        if (abort.signal.aborted) return;
        setLoaded((before) => ({ ...(before.key === key ? before : NOTHING), key, error: explain(error) }));
      }
    };
    const again = async () => {
      if (!document.hidden) await read();
      if (everyMs !== null && !abort.signal.aborted) timer = setTimeout(again, everyMs);
    };
    void again();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs]);
  return loaded.key === key ? loaded : NOTHING;
}
