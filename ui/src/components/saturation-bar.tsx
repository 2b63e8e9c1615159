/** From here on a stage is what holds the others up. */
const BOTTLENECK = 0.85;

/** Stages that wait for what comes in: busy there is not busy. */
const WAITING: ReadonlySet<string> = new Set(['fetch', 'poll']);

/** A share of time as a bar and in words. */
export function SaturationBar({ share, what }: { readonly share: number; readonly what: string }) {
  const percent = Math.round(share * 100);
  const high = share >= BOTTLENECK;
  const full = high && !WAITING.has(what);
  return (
    <span className={`saturation ${full ? 'full' : ''}`}>
      <progress max={100} value={Math.min(percent, 100)} aria-label={`Busy in ${what}`} />
      <span>{percent} %</span>
      {high ? <span className="saturation-word">{full ? 'the bottleneck' : 'waits for records'}</span> : null}
    </span>
  );
}
