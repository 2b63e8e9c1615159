import { compact, exact } from '../format/numbers.ts';
import { span } from '../format/times.ts';

/** How far behind: records, and time where it is known. */
export function Lag({
  records,
  ms = null,
  unit = false,
}: {
  readonly records: number | null;
  readonly ms?: number | null;
  /** Where no title beside it says what is counted. */
  readonly unit?: boolean;
}) {
  if (records === null) return <span className="faint">–</span>;
  const time = ms === null || ms === 0 ? '' : `, ${span(ms)}`;
  return (
    <span title={`${exact(records)} records behind${time}`} className={records === 0 ? 'quiet' : undefined}>
      {compact(records)}
      {unit ? (records === 1 ? ' record' : ' records') : null}
      {time}
    </span>
  );
}
