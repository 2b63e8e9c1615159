import { cancelRedrive, listRedrives, type RedriveRow } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { ask } from '../../api/ask.ts';
import { call, explain } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { AsCommand } from '../../components/as-command.tsx';
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
          {run.state === 'RUNNING' ? <EndIt name={name} run={run} /> : null}
        </li>
      ))}
    </ul>
  );
}

/** What becomes of it shows in the list itself; a refusal is told here. */
function EndIt({ name, run }: { readonly name: string; readonly run: RedriveRow }) {
  const [problem, setProblem] = useState<string | null>(null);
  const asked = ask(cancelRedrive, { params: { connector: name, redrive: run.id } });
  const end = () =>
    void asked.run().then(
      () => setProblem(null),
      (error: unknown) => setProblem(explain(error).message),
    );
  return (
    <>
      <button type="button" className="plain" onClick={end}>
        End it
      </button>
      <AsCommand acts={[{ label: 'End it', asked }]} />
      <span role="alert" className="wrong-text">
        {problem}
      </span>
    </>
  );
}

function sentenceOf(run: RedriveRow): string {
  const { skipped, error, waiting } = run;
  const parts = [
    run.state === 'RUNNING'
      ? `Sending again: ${exact(run.read)} of ${exact(run.toRead)} read, ${exact(run.sent)} sent`
      : `${counted(run.sent, 'record')} sent again`,
    skipped.already > 0 ? `${counted(skipped.already, 'was', 'were')} sent before` : null,
    skipped.tooOften > 0 ? `${counted(skipped.tooOften, 'was', 'were')} sent too often` : null,
    skipped.unknownOrigin > 0 ? `${counted(skipped.unknownOrigin, 'does', 'do')} not say where from` : null,
    run.state === 'CANCELLED' ? 'ended early' : null,
    waiting === null || waiting === 0 ? null : `${exact(waiting)} still to be written by the sink`,
    error === null ? null : `failed: ${error.message}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}
