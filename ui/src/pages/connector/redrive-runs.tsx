import { cancelRedrive, listRedrives, type RedriveRow } from '@millrace/rest-api/contract';
import { call } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { Ago } from '../../components/moment.tsx';
import { counted, exact } from '../../format/numbers.ts';

const SHOWN = 3;

/** Runs that sent dead letters again, the newest first: how far each is, and what became of it. */
export function RedriveRuns({ name, turn }: { readonly name: string; readonly turn: number }) {
  const { data } = useLoaded(
    `redrives of ${name}`,
    (signal) => call(listRedrives, { params: { connector: name }, signal }),
    1_000,
    String(turn),
  );
  if (data === null || data.length === 0) return null;
  return (
    <ul className="runs" aria-label="What was sent again" aria-live="polite">
      {data.slice(0, SHOWN).map((run) => (
        <li key={run.id}>
          {run.state === 'RUNNING' ? (
            <progress max={Math.max(run.toRead, 1)} value={run.read} aria-label="Read" />
          ) : null}
          <span>{sentenceOf(run)}</span>
          <span className="quiet">
            <Ago atMs={run.startedAtMs} />
          </span>
          {run.state === 'RUNNING' ? (
            <button
              type="button"
              className="plain"
              onClick={() =>
                void call(cancelRedrive, { params: { connector: name, redrive: run.id } }).catch(() => null)
              }
            >
              End it
            </button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function sentenceOf(run: RedriveRow): string {
  const { skipped, error, waiting } = run;
  const parts = [
    run.state === 'RUNNING'
      ? `Sending again: ${exact(run.read)} of ${exact(run.toRead)} read, ${exact(run.sent)} sent`
      : `${counted(run.sent, 'record')} sent again`,
    skipped.already > 0 ? `${exact(skipped.already)} were sent before` : null,
    skipped.tooOften > 0 ? `${exact(skipped.tooOften)} were sent too often` : null,
    skipped.unknownOrigin > 0 ? `${exact(skipped.unknownOrigin)} do not say where they came from` : null,
    run.state === 'CANCELLED' ? 'ended early' : null,
    waiting === null || waiting === 0 ? null : `${exact(waiting)} still to be written by the sink`,
    error === null ? null : `failed: ${error.message}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}
