/** A source, a log and a sink: what a pipeline is. */
export function PipelinePicture() {
  const stroke = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6, strokeLinejoin: 'round' } as const;
  return (
    <svg width="320" height="72" viewBox="0 0 320 72" role="img" aria-label="A source, a log and a sink">
      <path d="M14 20v32c0 4.4 9 8 20 8s20-3.6 20-8v-32" {...stroke} />
      <ellipse cx="34" cy="20" rx="20" ry="8" {...stroke} />
      <path d="M64 36h42m-6-5l6 5-6 5" {...stroke} />
      {[118, 140, 162, 184].map((x) => (
        <rect key={x} x={x} y="22" width="16" height="28" rx="3" {...stroke} opacity={(x - 60) / 130} />
      ))}
      <path d="M212 36h42m-6-5l6 5-6 5" {...stroke} />
      <path d="M268 14h24l12 12v34h-36z" {...stroke} />
      <path d="M292 14v12h12" {...stroke} />
    </svg>
  );
}
