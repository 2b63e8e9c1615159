import type { PipelineWithHistory } from '@millrace/rest-api/contract';
import { restart } from '../api/acts.ts';
import { failedTasks, restartLabel } from '../format/pipelines.ts';
import { since } from '../format/times.ts';
import { Link } from '../router.tsx';
import { ActButtons } from './act-buttons.tsx';
import { useNowMs } from './moment.tsx';
import { StateBadge } from './state-badge.tsx';

/** A pipeline that is failing: cause in a sentence, hint, and the two acts that help. */
export function WrongItem({ pipeline }: { readonly pipeline: PipelineWithHistory }) {
  const nowMs = useNowMs();
  const { error } = pipeline;
  const label = restartLabel(pipeline);
  const facts = [
    failedTasks(pipeline),
    pipeline.sinceMs === null ? null : `since ${since(pipeline.sinceMs, nowMs)}`,
    error?.stage === undefined ? null : `at ${error.stage}`,
  ].filter((fact) => fact !== null);
  return (
    <li className={`wrong-item ${pipeline.state === 'FAILED' ? '' : 'degraded'}`} data-row tabIndex={-1}>
      <StateBadge state={pipeline.state} />
      <div className="cause">
        <Link to={{ page: 'connector', name: pipeline.name }}>{pipeline.name}</Link>
        {error?.message ?? 'It failed without saying why.'}
      </div>
      <div className="more">
        {error?.hint === undefined ? null : <span>{error.hint} </span>}
        <span>{facts.join(' · ')}</span>
      </div>
      <div className="acts">
        <FixConfig pipeline={pipeline} />
        <ActButtons pipeline={pipeline} acts={[restart(pipeline, label)]} primary={label} />
      </div>
    </li>
  );
}

/** To the config key at fault, where the failure names one. */
export function FixConfig({ pipeline }: { readonly pipeline: PipelineWithHistory }) {
  const path = pipeline.error?.path;
  if (path === undefined) return null;
  return (
    <Link className="button" to={{ page: 'create' }} query={{ edit: pipeline.name, focus: path }}>
      Fix {path}
    </Link>
  );
}
