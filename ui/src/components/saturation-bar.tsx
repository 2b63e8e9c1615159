import { WAITING_STAGES } from '@millrace/rest-api/contract';

/** From here on a stage is what holds the others up. */
const BOTTLENECK = 0.85;

/** A share of time as a bar and in words. */
export function SaturationBar({ share, what }: { readonly share: number; readonly what: string }) {
  const percent = Math.round(share * 100);
  const high = share >= BOTTLENECK;
  const waits = WAITING_STAGES.has(what);
  const full = high && !waits;
  return (
    <span className={`saturation ${full ? 'full' : ''}`}>
      <progress
        max={100}
        value={Math.min(percent, 100)}
        aria-label={`${waits ? 'Waits' : 'Busy'} in ${what}`}
      />
      <span>{percent} %</span>
      {high ? <span className="saturation-word">{full ? 'the bottleneck' : 'waits for records'}</span> : null}
    </span>
  );
}
