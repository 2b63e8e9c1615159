import type { PipelineWithHistory } from '@millrace/rest-api/contract';
import type { KeyboardEvent } from 'react';
import { restart } from '../api/acts.ts';
import { restartWords } from '../format/failures.ts';
import { failedTasks, restartLabel } from '../format/pipelines.ts';
import { since } from '../format/times.ts';
import { goTo, Link } from '../router.tsx';
import { ActButtons } from './act-buttons.tsx';
import { StateIcon } from './icons.tsx';
import { useShownMs } from './moment.tsx';
import { StateBadge } from './state-badge.tsx';

/** A pipeline that is failing: cause in a sentence, hint, and the two acts that help. */
export function WrongItem({ pipeline }: { readonly pipeline: PipelineWithHistory }) {
  const nowMs = useShownMs();
  const { error, restart: next } = pipeline;
  const label = restartLabel(pipeline);
  const facts = [
    failedTasks(pipeline),
    pipeline.sinceMs === null ? null : `since ${since(pipeline.sinceMs, nowMs)}`,
    error?.stage === undefined ? null : `in stage ${error.stage}`,
    restartWords(next, nowMs),
  ].filter((fact) => fact !== null);
  return (
    <li
      className={`wrong-item ${pipeline.state === 'FAILED' ? '' : 'degraded'}`}
      data-row
      tabIndex={-1}
      onKeyDown={(event) => openOnEnter(event, pipeline.name)}
    >
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
        <ActButtons pipeline={pipeline} acts={[restart(pipeline, label)]} primary={label} commands />
      </div>
    </li>
  );
}

/** As in tables: `j` and `k` lead to it, Enter opens it. */
function openOnEnter(event: KeyboardEvent, name: string): void {
  if (event.key === 'Enter' && event.target === event.currentTarget) goTo({ page: 'connector', name });
}

/** A pipeline that runs, and whose plugin says that something is wrong. */
export function NoticeItem({ pipeline }: { readonly pipeline: PipelineWithHistory }) {
  const { name, notices } = pipeline;
  return (
    <li
      className="wrong-item degraded"
      data-row
      tabIndex={-1}
      onKeyDown={(event) => openOnEnter(event, name)}
    >
      <WarningBadge />
      <div className="cause">
        <Link to={{ page: 'connector', name }}>{name}</Link>
        {notices.join(' ')}
      </div>
      <div className="acts">
        <Link className="button" to={{ page: 'connector', name }} aria-label={`Open ${name}`}>
          Open
        </Link>
      </div>
    </li>
  );
}

/** What its plugins say is wrong while it runs, on its own page. */
export function NoticePanel({ notices }: Pick<PipelineWithHistory, 'notices'>) {
  return (
    <ul className="wrong-list" aria-label="What its plugin says">
      {notices.map((notice) => (
        <li key={notice} className="wrong-item degraded">
          <WarningBadge />
          <div className="cause">{notice}</div>
        </li>
      ))}
    </ul>
  );
}

function WarningBadge() {
  return (
    <span className="state degraded">
      <StateIcon state="DEGRADED" />
      warning
    </span>
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
