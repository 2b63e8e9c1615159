import { tailMessages } from '@millrace/rest-api/contract';
import { useEffect, useReducer } from 'react';
import { urlOf } from '../../api/client.ts';
import { API_PREFIX } from '../../base-path.ts';
import { type Look, lookQuery } from './look.ts';
import { NO_TAIL, type TailState, tailAfter } from './tail-state.ts';

/** Messages as they come, while `on`. Frozen, they come too, and are counted: who shows them keeps what was shown. */
export function useTail(topic: string, look: Look, on: boolean, frozen: boolean): TailState {
  const [tail, step] = useReducer(tailAfter, NO_TAIL);
  const url = `${API_PREFIX}${urlOf(tailMessages.url, { topic }, lookQuery(look))}`;
  useEffect(() => {
    if (!on) return;
    step({ kind: 'forgotten' });
    const source = new EventSource(url);
    source.addEventListener('open', () => step({ kind: 'began', atMs: Date.now() }));
    source.addEventListener('messages', (event) =>
      step({ kind: 'messages', atMs: Date.now(), event: JSON.parse(event.data) }),
    );
    source.addEventListener('error', (event) => {
      const said = 'data' in event ? messageIn(String(event.data)) : null;
      step({ kind: 'broke', problem: said ?? 'The live tail broke off; it is sought again.' });
      if (said !== null) source.close();
    });
    return () => source.close();
  }, [url, on]);
  useEffect(() => step({ kind: 'frozen', frozen }), [frozen]);
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
