import { streamEvents } from '@millrace/rest-api/contract';
import { useSyncExternalStore } from 'react';
import { API_PREFIX } from '../base-path.ts';
import { INITIAL, type LiveEvent, type LiveState, nextState, reconnectDelayMs } from './live-state.ts';

/** The one event stream of the page. It opens with the page or the first reader, and closes after the last. */
let state: LiveState = INITIAL;
let source: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | null = null;
/** A server that is frozen, or behind a cable that was pulled, closes nothing: it is only silent. */
let silence: ReturnType<typeof setTimeout> | null = null;
/** It says something each second; beyond so much silence nothing that is shown is of now, ms. */
const SILENT_AFTER_MS = 3_000;
/** Then the connection may be dead, and another one better, ms. */
const DEAD_AFTER_MS = 10_000;
const readers = new Set<() => void>();

function take(event: LiveEvent): void {
  state = nextState(state, event);
  for (const reader of readers) reader();
}

function connect(): void {
  retry = null;
  const stream = new EventSource(`${API_PREFIX}${streamEvents.url}`);
  source = stream;
  for (const kind of ['snapshot', 'pipelines', 'health'] as const) {
    stream.addEventListener(kind, (event) => {
      listen(stream);
      take({ kind, data: JSON.parse(event.data) });
    });
  }
  // EventSource gives up for good when the server refuses; it is replaced by a new one in every case.
  stream.addEventListener('error', () => lost(stream));
  listen(stream);
}

/** Waits for the next word of the server. */
function listen(stream: EventSource): void {
  if (silence !== null) clearTimeout(silence);
  silence = setTimeout(() => {
    take({ kind: 'silent' });
    silence = setTimeout(() => lost(stream), DEAD_AFTER_MS - SILENT_AFTER_MS);
  }, SILENT_AFTER_MS);
}

function lost(stream: EventSource): void {
  stream.close();
  if (silence !== null) clearTimeout(silence);
  silence = null;
  take({ kind: 'lost' });
  retry = setTimeout(connect, reconnectDelayMs(state.failures, Math.random()));
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  connectOnce();
  return () => {
    readers.delete(reader);
    if (readers.size > 0) return;
    for (const timer of [retry, silence]) if (timer !== null) clearTimeout(timer);
    source?.close();
    source = null;
    retry = null;
    silence = null;
  };
}

/** Opens the stream where it is not open yet: by the page at once, so that the answer comes while it is drawn for the first time. */
export function connectOnce(): void {
  if (source === null) connect();
}

/** Tries at once, without waiting for the turn of the next attempt or for a server that is silent. */
export function reconnectNow(): void {
  if (retry !== null) clearTimeout(retry);
  source?.close();
  connect();
}

/** What the server's event stream says. */
export function useLive(): LiveState {
  return useSyncExternalStore(subscribe, () => state);
}
