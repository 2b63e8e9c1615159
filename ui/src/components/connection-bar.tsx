import { reconnectNow } from '../api/live.ts';
import type { LiveState } from '../api/live-state.ts';
import { timeOfDay } from '../format/times.ts';

/** The thin bar under the frame while the server is out of reach. What is shown stays. */
export function ConnectionBar({ live }: { readonly live: LiveState }) {
  const away = live.connection === 'lost' || (live.connection === 'connecting' && live.failures > 0);
  return (
    <div aria-live="polite">
      {away ? (
        <div className="lost">
          <span>
            {live.asOfMs === null
              ? 'No answer from the server yet, still trying'
              : `Connection lost. As of ${timeOfDay(live.asOfMs)}, reconnecting`}
          </span>
          <button type="button" className="plain" onClick={reconnectNow}>
            Try now
          </button>
        </div>
      ) : null}
    </div>
  );
}
