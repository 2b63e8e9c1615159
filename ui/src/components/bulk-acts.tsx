import type { PipelineWithHistory } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { type Act, pause, restart, resume, stop } from '../api/acts.ts';
import type { Asked } from '../api/ask.ts';
import { explain } from '../api/client.ts';
import { counted } from '../format/numbers.ts';
import { AsCommand } from './as-command.tsx';
import { BusyIcon } from './icons.tsx';

/** So many are asked for at a time: a hundred connectors are no burst for the leader. */
const AT_ONCE = 4;

const ACTS: readonly { readonly label: string; readonly of: (pipeline: PipelineWithHistory) => Act }[] = [
  { label: 'Pause', of: pause },
  { label: 'Resume', of: resume },
  { label: 'Restart', of: (pipeline) => restart(pipeline, 'Restart') },
  { label: 'Stop', of: stop },
];

interface Outcome {
  readonly name: string;
  /** Null where it was taken. */
  readonly problem: string | null;
}

interface BulkActsProps {
  readonly pipelines: readonly PipelineWithHistory[];
  readonly onClear: () => void;
}

/** One act on several connectors, with the outcome of each. */
export function BulkActs({ pipelines, onClear }: BulkActsProps) {
  const [run, setRun] = useState<{ label: string; of: number; outcomes: readonly Outcome[] } | null>(null);
  const busy = run !== null && run.outcomes.length < run.of;
  const start = (label: string, acts: readonly { name: string; act: Act }[]) => {
    setRun({ label, of: acts.length, outcomes: [] });
    const tell = (outcome: Outcome) =>
      setRun((before) => (before === null ? null : { ...before, outcomes: [...before.outcomes, outcome] }));
    void allOf(acts, tell);
  };
  const failed = run?.outcomes.filter(({ problem }) => problem !== null) ?? [];
  return (
    <div className="bulk">
      <strong>{counted(pipelines.length, 'connector')} chosen</strong>
      {ACTS.map(({ label, of }) => (
        <button
          key={label}
          type="button"
          disabled={busy}
          onClick={() =>
            start(
              label,
              pipelines.map((pipeline) => ({ name: pipeline.name, act: of(pipeline) })),
            )
          }
        >
          {busy && run?.label === label ? <BusyIcon /> : null}
          {label}
        </button>
      ))}
      <AsCommand
        acts={ACTS.map(({ label, of }) => ({
          label,
          asked: together(pipelines.map((one) => of(one).asked)),
        }))}
      />
      <button type="button" className="plain" onClick={onClear}>
        Choose none
      </button>
      <span role="status" className="quiet">
        {run === null
          ? ''
          : `${run.label}: ${run.outcomes.length - failed.length} of ${run.of} taken${failed.length === 0 ? '' : `, ${failed.length} refused`}`}
      </span>
      {failed.length === 0 ? null : (
        <ul className="bulk-problems">
          {failed.map(({ name, problem }) => (
            <li key={name}>
              <strong>{name}</strong> {problem}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A line for each. */
function together(asked: readonly Asked[]): Pick<Asked, 'curl' | 'cli'> {
  const lines = asked.map(({ cli }) => cli).filter((line) => line !== null);
  return {
    curl: asked.map(({ curl }) => curl).join('\n'),
    cli: lines.length < asked.length ? null : lines.join('\n'),
  };
}

async function allOf(
  acts: readonly { readonly name: string; readonly act: Act }[],
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const waiting = [...acts];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { name, act } = next;
      await act.asked.run().then(
        () => tell({ name, problem: null }),
        (error: unknown) => tell({ name, problem: explain(error).message }),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
