import { type Message, type MessagePage, readMessages } from '@millrace/rest-api/contract';
import { useCallback, useEffect, useRef, useState } from 'react';
import { call, type Explained, explain } from '../../api/client.ts';
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

/** Reads pages of messages: the first by itself, further ones when asked; a search goes on until a page is full. */
export function useMessages(topic: string, look: Look, frozen: boolean) {
  const [found, setFound] = useState<Found>(NONE);
  const abort = useRef<AbortController>(new AbortController());
  const key = JSON.stringify([topic, look]);
  // What is asked for is read when it is asked, not when the effect was made.
  const asked = useRef(look);
  asked.current = look;

  const read = useCallback(
    (after: Found | null) => {
      abort.current.abort();
      const mine = new AbortController();
      abort.current = mine;
      const tell = (next: Found) => {
        if (!mine.signal.aborted) setFound(next);
      };
      return search(topic, asked.current, after, mine.signal, tell);
    },
    [topic],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all that is asked for.
  useEffect(() => {
    setFound((before) => ({ ...before, busy: true, error: null }));
    void read(null);
    return () => abort.current.abort();
  }, [key, read]);

  // The newest stay the newest, as long as nothing else was asked for.
  const alive = look.from === 'newest' && look.filter.trim() === '' && !frozen;
  const oneOnly = (found.messages?.length ?? 0) <= PAGE;
  const failed = found.error !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer sets the next reading off.
  useEffect(() => {
    if (!alive || !oneOnly || found.busy) return;
    const timer = setTimeout(
      () => void (document.hidden ? null : read(null)),
      failed ? AFTER_FAILURE_MS : REFRESH_MS,
    );
    return () => clearTimeout(timer);
  }, [alive, oneOnly, failed, found.asOfMs, found.busy, read]);

  return {
    found,
    alive: alive && oneOnly,
    more: () => {
      setFound({ ...found, busy: true });
      void read(found);
    },
    stop: () => {
      abort.current.abort();
      setFound({ ...found, busy: false });
    },
  };
}

/** Pages behind `after` until one page's worth was found, the end came, or nobody wants it any more. */
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
  try {
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
        messages,
        partitions: page.partitions,
        scanned,
        left: page.left,
        next,
        busy: !done,
        error: null,
        asOfMs: Date.now(),
      });
      if (done || signal.aborted) return;
    }
  } catch (error) {
    if (signal.aborted) return;
    tell({
      ...(after ?? NONE),
      messages,
      scanned,
      next,
      busy: false,
      error: explain(error),
      asOfMs: Date.now(),
    });
  }
}
