/** From here on a stage is what holds the others up. */
const BOTTLENECK = 0.85;

/** A share of time as a bar and in words. */
export function SaturationBar({ share, what }: { readonly share: number; readonly what: string }) {
  const percent = Math.round(share * 100);
  const full = share >= BOTTLENECK;
  return (
    <span className={`saturation ${full ? 'full' : ''}`}>
      <progress max={100} value={Math.min(percent, 100)} aria-label={`Busy in ${what}`} />
      <span>{percent} %</span>
      {full ? <span className="saturation-word">the bottleneck</span> : null}
    </span>
  );
}
