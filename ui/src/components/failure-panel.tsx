import type { ConnectorStatusBody, PipelineWithHistory } from '@millrace/rest-api/contract';
import { failedTasks } from '../format/pipelines.ts';
import { StateBadge } from './state-badge.tsx';

interface FailurePanelProps {
  readonly pipeline: PipelineWithHistory;
  readonly status: ConnectorStatusBody | null;
}

/** Cause in a sentence, hint, the record and stage where it happened; the trace folded. */
export function FailurePanel({ pipeline, status }: FailurePanelProps) {
  const { error } = pipeline;
  const traces = tracesOf(status);
  const record = error?.record;
  const facts = [
    failedTasks(pipeline),
    error?.stage === undefined ? null : `at ${error.stage}`,
    error?.path === undefined ? null : `config key ${error.path}`,
    record === undefined ? null : recordPlace(record),
    error === null || error.code === 'UNKNOWN' ? null : `${error.code} (${error.class})`,
  ].filter((fact) => fact !== null);
  return (
    <div className="wrong-list">
      <div className={`wrong-item ${pipeline.state === 'FAILED' ? '' : 'degraded'}`}>
        <StateBadge state={pipeline.state} />
        <div className="cause">{error?.message ?? 'It failed without saying why.'}</div>
        <div className="more">
          {error?.hint === undefined ? null : <p>{error.hint}</p>}
          <p className="faint">{facts.join(' · ')}</p>
        </div>
        {traces.length === 0 ? null : (
          <details>
            <summary>Trace</summary>
            {traces.map(({ where, trace }) => (
              <pre key={where} className="trace">{`${where}\n${trace}`}</pre>
            ))}
          </details>
        )}
      </div>
    </div>
  );
}

function recordPlace(record: NonNullable<NonNullable<PipelineWithHistory['error']>['record']>): string {
  const parts = [
    `record of ${record.topic}`,
    record.partition == null ? null : `partition ${record.partition}`,
    record.offset === undefined ? null : `offset ${record.offset}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

function tracesOf(status: ConnectorStatusBody | null): readonly { where: string; trace: string }[] {
  if (status === null) return [];
  const parts = [
    { where: 'connector', trace: status.connector.trace },
    ...status.tasks.map((task) => ({ where: `task ${task.id}`, trace: task.trace })),
  ];
  return parts.flatMap(({ where, trace }) => (trace ? [{ where, trace }] : []));
}
