interface SparklineProps {
  readonly points: readonly (number | null)[];
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
  /** Points that fill the width; fewer stand at the right. */
  readonly capacity?: number;
  /** Stretches to the width of what holds it. */
  readonly stretch?: boolean;
}

/** An area over a zero baseline, with gaps where nothing was measured. */
export function Sparkline({
  points,
  label,
  width = 96,
  height = 20,
  capacity = 60,
  stretch = false,
}: SparklineProps) {
  const peak = Math.max(1, ...points.map((point) => point ?? 0));
  const x = (index: number) => ((capacity - points.length + index) / (capacity - 1)) * width;
  const y = (value: number) => height - 1 - (value / peak) * (height - 3);
  const size = stretch ? { preserveAspectRatio: 'none', height } : { width, height };
  return (
    <svg
      className={stretch ? 'chart' : 'spark'}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
      {...size}
    >
      {segments(points).map(({ start, values }) => {
        const line = values.map((value, index) => `${x(start + index).toFixed(1)},${y(value).toFixed(1)}`);
        const first = x(start).toFixed(1);
        const last = x(start + values.length - 1).toFixed(1);
        return (
          <g key={start}>
            <path
              d={`M${first},${height}L${line.join('L')}L${last},${height}Z`}
              fill="currentColor"
              opacity={0.18}
            />
            <polyline
              points={line.join(' ')}
              fill="none"
              stroke="currentColor"
              strokeWidth={1.3}
              vectorEffect="non-scaling-stroke"
            />
          </g>
        );
      })}
    </svg>
  );
}

/** Runs of two and more values without a gap. */
export function segments(
  points: readonly (number | null)[],
): readonly { start: number; values: readonly number[] }[] {
  const found: { start: number; values: number[] }[] = [];
  let open: { start: number; values: number[] } | null = null;
  points.forEach((point, index) => {
    if (point === null) open = null;
    else if (open !== null) open.values.push(point);
    else {
      open = { start: index, values: [point] };
      found.push(open);
    }
  });
  // A single value has no extent to draw.
  return found.filter(({ values }) => values.length > 1);
}
