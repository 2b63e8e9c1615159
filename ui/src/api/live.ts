import { streamEvents } from '@millrace/rest-api/contract';
import { useSyncExternalStore } from 'react';
import { API_PREFIX } from '../base-path.ts';
import { INITIAL, type LiveEvent, type LiveState, nextState, reconnectDelayMs } from './live-state.ts';

/** The one event stream of the page. It opens with the first reader and closes after the last. */
let state: LiveState = INITIAL;
let source: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | null = null;
const readers = new Set<() => void>();

function take(event: LiveEvent): void {
  state = nextState(state, event);
  for (const reader of readers) reader();
}

function connect(): void {
  retry = null;
  const stream = new EventSource(`${API_PREFIX}${streamEvents.url}`);
  source = stream;
  stream.addEventListener('snapshot', (event) => take({ kind: 'snapshot', data: JSON.parse(event.data) }));
  stream.addEventListener('pipelines', (event) => take({ kind: 'pipelines', data: JSON.parse(event.data) }));
  // EventSource gives up for good when the server refuses; it is replaced by a new one in every case.
  stream.addEventListener('error', () => {
    stream.close();
    take({ kind: 'lost' });
    retry = setTimeout(connect, reconnectDelayMs(state.failures, Math.random()));
  });
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  if (source === null) connect();
  return () => {
    readers.delete(reader);
    if (readers.size > 0) return;
    if (retry !== null) clearTimeout(retry);
    source?.close();
    source = null;
    retry = null;
  };
}

/** Tries at once where a reconnect is waiting for its turn. */
export function reconnectNow(): void {
  if (retry === null) return;
  clearTimeout(retry);
  connect();
}

/** What the server's event stream says. */
export function useLive(): LiveState {
  return useSyncExternalStore(subscribe, () => state);
}
