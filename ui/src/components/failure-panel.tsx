import type { ConnectorStatusBody, PipelineWithHistory } from '@millrace/rest-api/contract';
import { nextStep, restartWords } from '../format/failures.ts';
import { failedTasks } from '../format/pipelines.ts';
import { since } from '../format/times.ts';
import { Link } from '../router.tsx';
import { CopyButton } from './copy-button.tsx';
import { useShownMs } from './moment.tsx';
import { StateBadge } from './state-badge.tsx';
import { FixConfig } from './wrong-item.tsx';

interface FailurePanelProps {
  readonly pipeline: PipelineWithHistory;
  readonly status: ConnectorStatusBody | null;
}

type ErrorReport = NonNullable<PipelineWithHistory['error']>;

/** Cause in a sentence, hint, the record and stage where it happened; the trace folded. */
export function FailurePanel({ pipeline, status }: FailurePanelProps) {
  const nowMs = useShownMs();
  const { error, restart } = pipeline;
  const traces = tracesOf(status);
  const facts = [
    failedTasks(pipeline),
    pipeline.sinceMs === null ? null : `since ${since(pipeline.sinceMs, nowMs)}`,
    error?.stage === undefined ? null : `in stage ${error.stage}`,
    restartWords(restart, nowMs),
    error === null || error.code === 'UNKNOWN' ? null : `${error.code} (${error.class})`,
  ].filter((fact) => fact !== null);
  return (
    <section className="wrong-list" aria-label="What failed">
      <div className={`wrong-item ${pipeline.state === 'FAILED' ? '' : 'degraded'}`}>
        <StateBadge state={pipeline.state} />
        <div className="cause">{error?.message ?? 'It failed without saying why.'}</div>
        <div className="more">
          {error?.hint === undefined ? null : <p>{error.hint}</p>}
          {error === null ? null : <p>{nextStep(error, restart)}</p>}
          <p>
            {facts.join(' · ')}
            {error?.record === undefined ? null : (
              <>
                {' · '}
                <RecordLink record={error.record} />
              </>
            )}
          </p>
        </div>
        <div className="acts">
          <FixConfig pipeline={pipeline} />
          {error?.class === 'poison' ? (
            <Link
              className="button"
              to={{ page: 'create' }}
              query={{ edit: pipeline.name, focus: 'errors.tolerance' }}
            >
              Let such records pass…
            </Link>
          ) : null}
          <Link className="button" to={{ page: 'connector', name: pipeline.name, tab: 'logs' }}>
            Logs
          </Link>
        </div>
        {traces.length === 0 ? null : (
          <details>
            <summary>Trace</summary>
            {traces.map(({ where, trace }) => (
              <div key={where} className="trace-of">
                <span className="trace-head">
                  {where}
                  <CopyButton text={trace} what={`trace of ${where}`} />
                </span>
                <pre className="trace">{trace}</pre>
              </div>
            ))}
          </details>
        )}
      </div>
    </section>
  );
}

/** To the record at fault, where its place is known. */
function RecordLink({ record }: { readonly record: NonNullable<ErrorReport['record']> }) {
  const { topic, partition, offset } = record;
  const words = [
    `record of ${topic}`,
    partition == null ? null : `partition ${partition}`,
    offset === undefined ? null : `offset ${offset}`,
  ];
  const text = words.filter((word) => word !== null).join(', ');
  if (partition == null || offset === undefined) return <span>{text}</span>;
  return (
    <Link
      to={{ page: 'topic', name: topic }}
      query={{
        from: 'offset',
        partition: String(partition),
        offset: String(offset),
        open: `${partition}/${offset}`,
      }}
    >
      {text}
    </Link>
  );
}

function tracesOf(status: ConnectorStatusBody | null): readonly { where: string; trace: string }[] {
  if (status === null) return [];
  const parts = [
    { where: 'connector', trace: status.connector.trace },
    ...status.tasks.map((task) => ({ where: `task ${task.id}`, trace: task.trace })),
  ];
  return parts.flatMap(({ where, trace }) => (trace ? [{ where, trace }] : []));
}
