import type { Pipeline } from '@millrace/rest-api/contract';
import { useEffect, useState } from 'react';
import { judged, type Progress } from '../api/act-progress.ts';
import type { Act } from '../api/acts.ts';
import { explain } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { AsCommand } from './as-command.tsx';
import { BusyIcon } from './icons.tsx';
import { useNowMs } from './moment.tsx';

/** How long the outcome of an act stays beside its buttons. */
const OUTCOME_SHOWN_MS = 6_000;

/** Runs one act at a time and follows it until the live data show what became of it. */
function useAct(pipeline: Pipeline): {
  readonly progress: Progress;
  readonly start: (act: Act) => void;
} {
  const [progress, setProgress] = useState<Progress>({ kind: 'none' });
  const nowMs = useNowMs();
  const judgement = judged(progress, pipeline, nowMs);
  useEffect(() => {
    if (judgement !== progress) setProgress(judgement);
  });
  const settled = progress.kind === 'done' || progress.kind === 'failed';
  useEffect(() => {
    if (!settled) return;
    const timer = setTimeout(() => setProgress({ kind: 'none' }), OUTCOME_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [settled]);
  const start = (act: Act) => {
    setProgress({ kind: 'asking', act });
    act.asked.run().then(
      () => setProgress({ kind: 'waiting', act, before: pipeline, sinceMs: Date.now() }),
      (error: unknown) => setProgress({ kind: 'failed', text: explain(error).message }),
    );
  };
  return { progress: judgement, start };
}

interface ActButtonsProps {
  readonly pipeline: Pipeline;
  readonly acts: readonly Act[];
  readonly primary?: string;
  readonly plain?: boolean;
  readonly className?: string;
  /** Whether the acts are offered as curl and command too. */
  readonly commands?: boolean;
}

/** Buttons of acts on a connector; what became of the last one stands before them for a while. */
export function ActButtons(props: ActButtonsProps) {
  const { pipeline, acts, primary, plain = false, className = '', commands = false } = props;
  const { progress, start } = useAct(pipeline);
  const connected = useLive().connection === 'live';
  const current = progress.kind === 'asking' || progress.kind === 'waiting' ? progress.act : null;
  const outcome = progress.kind === 'done' || progress.kind === 'failed' ? progress : null;
  return (
    <div className={`acts ${className} ${progress.kind === 'none' ? '' : 'busy'}`}>
      <span role="status" className={`outcome ${outcome?.kind === 'failed' ? 'wrong' : ''}`}>
        {outcome?.text}
      </span>
      {acts.map((act) => (
        <ActButton
          key={act.label}
          act={act}
          name={pipeline.name}
          look={act.label === primary ? 'primary' : plain ? 'plain' : ''}
          running={current?.label === act.label}
          obstacle={
            connected
              ? current === null
                ? null
                : 'Something else is under way'
              : 'No connection to the server'
          }
          onStart={start}
        />
      ))}
      {commands ? <AsCommand acts={acts} /> : null}
    </div>
  );
}

interface ActButtonProps {
  readonly act: Act;
  readonly name: string;
  readonly look: string;
  readonly running: boolean;
  /** Why it cannot be pressed now. */
  readonly obstacle: string | null;
  readonly onStart: (act: Act) => void;
}

/** Stopping takes a second click: it shuts tasks down. */
function ActButton({ act, name, look, running, obstacle, onStart }: ActButtonProps) {
  const [asked, setAsked] = useState(false);
  const click = () => {
    if (act.label === 'Stop' && !asked) return setAsked(true);
    setAsked(false);
    onStart(act);
  };
  return (
    <button
      type="button"
      className={look}
      disabled={obstacle !== null}
      title={running ? undefined : (obstacle ?? undefined)}
      aria-label={asked ? undefined : `${act.label} ${name}`}
      onClick={click}
      onBlur={() => setAsked(false)}
    >
      {running ? <BusyIcon /> : null}
      {running ? act.doing : asked ? 'Click again to stop' : act.label}
    </button>
  );
}
