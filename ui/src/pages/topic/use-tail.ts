import { type Message, type TailEvent, tailMessages } from '@millrace/rest-api/contract';
import { useEffect, useState } from 'react';
import { urlOf } from '../../api/client.ts';
import { API_PREFIX } from '../../base-path.ts';
import { type Look, lookQuery } from './look.ts';

/** What the live tail shows. */
export interface Tail {
  /** Newest first. */
  readonly messages: readonly Message[];
  readonly perSecond: number | null;
  readonly matchedPerSecond: number | null;
  /** Not shown because there are too many, since the tail began. */
  readonly dropped: number;
  readonly problem: string | null;
}

/** So many of the newest stay in sight. */
const KEPT_MAX = 500;

const NOTHING: Tail = { messages: [], perSecond: null, matchedPerSecond: null, dropped: 0, problem: null };

/** Messages as they come, while `on`; frozen, what is shown stays and what comes is counted as dropped by the server's figures alone. */
export function useTail(topic: string, look: Look, on: boolean, frozen: boolean): Tail {
  const [tail, setTail] = useState<Tail>(NOTHING);
  const url = `${API_PREFIX}${urlOf(tailMessages.url, { topic }, lookQuery(look))}`;
  useEffect(() => {
    if (!on || frozen) return;
    let lastAtMs: number | null = null;
    setTail((before) => ({ ...before, problem: null }));
    const source = new EventSource(url);
    source.addEventListener('messages', (event) => {
      const data: TailEvent = JSON.parse(event.data);
      const seconds = lastAtMs === null ? 1 : Math.max((data.atMs - lastAtMs) / 1000, 0.05);
      lastAtMs = data.atMs;
      setTail((before) => ({
        messages: [...data.messages.toReversed(), ...before.messages].slice(0, KEPT_MAX),
        perSecond: data.seen / seconds,
        matchedPerSecond: data.matched / seconds,
        dropped: data.dropped,
        problem: null,
      }));
    });
    source.addEventListener('error', (event) => {
      const said = 'data' in event ? messageIn(String(event.data)) : null;
      setTail((before) => ({ ...before, problem: said ?? 'The live tail broke off; it is sought again.' }));
      if (said !== null) source.close();
    });
    return () => source.close();
  }, [url, on, frozen]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was shown of another look goes.
  useEffect(() => setTail(NOTHING), [url, on]);
  return tail;
}

function messageIn(data: string): string | null {
  try {
    const parsed: { message?: unknown } = JSON.parse(data);
    return typeof parsed.message === 'string' ? parsed.message : null;
  } catch {
    return null;
  }
}
