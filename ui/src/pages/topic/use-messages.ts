import { type Message, type MessagePage, readMessages } from '@millrace/rest-api/contract';
import { useCallback, useEffect, useRef, useState } from 'react';
import { call, type Explained, explain } from '../../api/client.ts';
import { type Stale, useMarkedStale } from '../../api/staleness.ts';
import { type Look, readQuery } from './look.ts';

/** Messages that a page has, and how far the search for them is. */
export interface Found {
  /** Null before the first answer. */
  readonly messages: readonly Message[] | null;
  readonly partitions: MessagePage['partitions'];
  readonly scanned: number;
  readonly left: number;
  readonly next: string | null;
  readonly busy: boolean;
  readonly error: Explained | null;
  readonly asOfMs: number | null;
}

const PAGE = 50;
/** More are not kept on a page: the seek leads anywhere. */
const KEPT_MAX = 5_000;
const REFRESH_MS = 1_000;
const AFTER_FAILURE_MS = 3_000;

const NONE: Found = {
  messages: null,
  partitions: [],
  scanned: 0,
  left: 0,
  next: null,
  busy: true,
  error: null,
  asOfMs: null,
};

/** What was found last, by what was asked for: a page that is gone back to shows it at once while it reads anew. */
const REMEMBERED_MAX = 8;
const remembered = new Map<string, Found>();

function remember(key: string, found: Found): void {
  remembered.delete(key);
  remembered.set(key, found);
  const [oldest] = remembered.keys();
  if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
}

/** Reads pages of messages: the first by itself, further ones when asked; a search goes on until a page is full. */
export function useMessages(topic: string, look: Look, frozen: boolean) {
  const key = JSON.stringify([topic, look]);
  const [{ of, found }, set] = useState<{ of: string; found: Found }>(() => ({
    of: key,
    found: { ...(remembered.get(key) ?? NONE), busy: true },
  }));
  const abort = useRef<AbortController>(new AbortController());
  // What is asked for is read when it is asked, not when the effect was made.
  const asked = useRef(look);
  asked.current = look;

  const read = useCallback(
    (after: Found | null) => {
      abort.current.abort();
      const mine = new AbortController();
      abort.current = mine;
      const mineOf = JSON.stringify([topic, asked.current]);
      const tell = (next: Found) => {
        if (mine.signal.aborted) return;
        // Further pages may be many: the first one is enough to come back to.
        if (next.messages !== null && next.messages.length <= PAGE) remember(mineOf, next);
        set({ of: mineOf, found: next });
      };
      return search(topic, asked.current, after, mine.signal, tell).catch((error: unknown) => {
        if (mine.signal.aborted) return;
        // What was found stays, unless something else is looked for by now.
        set((before) => ({
          of: mineOf,
          found: { ...(before.of === mineOf ? before.found : NONE), busy: false, error: explain(error) },
        }));
      });
    },
    [topic],
  );
  const setBusy = (busy: boolean) => set((before) => ({ ...before, found: { ...before.found, busy } }));

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all that is asked for.
  useEffect(() => {
    set((before) => ({ ...before, found: { ...before.found, busy: true, error: null } }));
    void read(null);
    return () => abort.current.abort();
  }, [key, read]);

  // The newest stay the newest, as long as nothing else was asked for.
  const alive = look.from === 'newest' && look.filter.trim() === '' && !frozen;
  const oneOnly = (found.messages?.length ?? 0) <= PAGE;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer, and each failure, sets the next reading off.
  useEffect(() => {
    if (!alive || !oneOnly || found.busy) return;
    const timer = setTimeout(
      () => void (document.hidden ? null : read(null)),
      found.error === null ? REFRESH_MS : AFTER_FAILURE_MS,
    );
    return () => clearTimeout(timer);
  }, [alive, oneOnly, found.error, found.asOfMs, found.busy, read]);

  useMarkedStale(of === key ? staleOf(found) : null);
  return {
    found,
    alive: alive && oneOnly,
    more: () => {
      setBusy(true);
      void read(found);
    },
    stop: () => {
      abort.current.abort();
      setBusy(false);
    },
  };
}

function staleOf({ messages, error, asOfMs }: Found): Stale | null {
  return messages === null || error === null || asOfMs === null ? null : { asOfMs, message: error.message };
}

/**
 * Pages behind `after` until one page's worth was found, the end came, or nobody wants it any more.
 * @throws what the reading of a page says
 */
async function search(
  topic: string,
  look: Look,
  after: Found | null,
  signal: AbortSignal,
  tell: (found: Found) => void,
): Promise<void> {
  const had = after?.messages ?? [];
  let messages: readonly Message[] = had;
  let scanned = after?.scanned ?? 0;
  let next = after?.next ?? null;
  for (;;) {
    const page = await call(readMessages, {
      params: { topic },
      query: { ...readQuery(look), limit: PAGE, ...(next === null ? {} : { after: next }) },
      signal,
    });
    messages = [...messages, ...page.messages];
    scanned += page.scanned;
    next = page.next;
    const done = next === null || messages.length - had.length >= PAGE || messages.length >= KEPT_MAX;
    tell({
      ...{ messages, partitions: page.partitions, scanned, left: page.left, next, busy: !done },
      ...{ error: null, asOfMs: Date.now() },
    });
    if (done || signal.aborted) return;
  }
}
