import { reconnectNow } from '../api/live.ts';
import type { LiveState } from '../api/live-state.ts';
import { type Stale, useStaleness } from '../api/staleness.ts';
import { counted } from '../format/numbers.ts';
import { timeOfDay } from '../format/times.ts';

/** The thin bar under the frame while anything that is shown is not of now: as of when it is, and why. What is shown stays. */
export function ConnectionBar({ live }: { readonly live: LiveState }) {
  const stale = useStaleness();
  const words = staleWords(live, stale);
  return (
    <div aria-live="polite">
      {words === null ? null : (
        <div className="lost">
          <span>{words}</span>
          {live.connection === 'live' ? null : (
            <button type="button" className="plain" onClick={reconnectNow}>
              Try now
            </button>
          )}
        </div>
      )}
    </div>
  );
}

/** Whether anything that is shown is not of now, the nearest reason first; null where all is. */
export function staleWords(live: LiveState, stale: Stale | null): string | null {
  const { connection, asOfMs, failures, health } = live;
  if (connection === 'lost')
    return asOfMs === null
      ? 'Connection lost, reconnecting'
      : `Connection lost. As of ${timeOfDay(asOfMs)}, reconnecting`;
  if (connection === 'connecting') return failures === 0 ? null : 'The server is not ready yet, still trying';
  if (health !== null && !health.kafka.answers) {
    const since = health.kafka.asOfMs;
    return since === null
      ? 'No broker answers the worker'
      : `No broker answers the worker. As of ${timeOfDay(since)}, still trying`;
  }
  const [silent, ...more] = health?.silentWorkers ?? [];
  if (silent !== undefined) {
    const who =
      more.length === 0
        ? `Worker ${silent.id} does not answer`
        : `${counted(more.length + 1, 'worker')} do not answer, ${silent.id} among them`;
    return silent.asOfMs === null
      ? `${who}: what runs there is not known`
      : `${who}: what runs there is shown as of ${timeOfDay(silent.asOfMs)}`;
  }
  return stale === null ? null : `As of ${timeOfDay(stale.asOfMs)}: ${stale.message}`;
}
