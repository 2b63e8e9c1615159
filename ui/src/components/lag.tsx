import { compact, exact } from '../format/numbers.ts';
import { span } from '../format/times.ts';

/** How far behind: records, and time where it is known. */
export function Lag({
  records,
  ms = null,
}: {
  readonly records: number | null;
  readonly ms?: number | null;
}) {
  if (records === null) return <span className="faint">–</span>;
  const time = ms === null || ms === 0 ? '' : `, ${span(ms)}`;
  return (
    <span title={`${exact(records)} records${time}`} className={records === 0 ? 'quiet' : undefined}>
      {compact(records)}
      {time}
    </span>
  );
}
