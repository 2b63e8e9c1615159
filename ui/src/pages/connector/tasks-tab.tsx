import { type PipelineDetail, type TaskStatus, WAITING_STAGES } from '@millrace/rest-api/contract';
import { restartOne } from '../../api/acts.ts';
import { ActButtons } from '../../components/act-buttons.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { HistoryCharts } from '../../components/history-charts.tsx';
import { Ago, useShownMs } from '../../components/moment.tsx';
import { SaturationBar } from '../../components/saturation-bar.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { restartWords } from '../../format/failures.ts';
import { compact, exact } from '../../format/numbers.ts';
import { span } from '../../format/times.ts';
import { Link } from '../../router.tsx';
import type { ConnectorParts } from './connector-parts.ts';

type Figures = PipelineDetail['taskStates'][number]['figures'];

interface TaskRow {
  readonly status: TaskStatus;
  readonly figures: Figures;
}

/** Where each task runs, how far it is, and which of its stages holds it up. */
export function TasksTab({ pipeline, status, detail }: ConnectorParts) {
  const figures = new Map(detail.data?.taskStates.map((task) => [task.task, task.figures]));
  const rows = status.data?.tasks.map(
    (task): TaskRow => ({ status: task, figures: figures.get(task.id) ?? null }),
  );
  if (status.data === null && status.error !== null) return <p className="quiet">{status.error.message}</p>;
  if (rows?.length === 0)
    return <p className="quiet">No tasks run: the connector is {pipeline.state.toLowerCase()}.</p>;
  return (
    <>
      <DataTable
        label={`Tasks of ${pipeline.name}`}
        columns={columnsOf(pipeline)}
        rows={rows ?? null}
        keyOf={({ status: { id } }) => String(id)}
        expected={Math.max(pipeline.tasks.total, 1)}
      />
      <div className="below-table">
        <HistoryCharts
          name={pipeline.name}
          charts={[
            {
              title: 'Busiest stage at work',
              metrics: [{ metric: 'connector.saturation', label: 'now', colour: '--chart-3' }],
            },
            {
              title: 'Errors/s',
              metrics: [{ metric: 'connector.errors', label: 'now', colour: '--chart-4' }],
            },
          ]}
        />
      </div>
    </>
  );
}

function columnsOf(pipeline: ConnectorParts['pipeline']): readonly Column<TaskRow>[] {
  return [
    {
      id: 'task',
      title: 'Task',
      width: '60px',
      by: ({ status }) => status.id,
      cell: ({ status }) => status.id,
    },
    {
      id: 'state',
      title: 'State',
      width: '112px',
      by: ({ status }) => status.state,
      cell: ({ status }) => <StateBadge state={status.state} />,
    },
    {
      id: 'worker',
      title: 'Worker',
      width: '170px',
      by: ({ status }) => status.worker_id,
      cell: ({ status }) => <span className="mono quiet">{status.worker_id}</span>,
    },
    {
      id: 'cause',
      title: 'Cause',
      cell: ({ status }) => <Cause status={status} />,
    },
    {
      id: 'records',
      title: 'Records',
      width: '84px',
      align: 'end',
      by: ({ figures }) => figures?.records ?? -1,
      cell: ({ figures }) =>
        figures === null ? (
          '–'
        ) : (
          <span title={`${exact(figures.records)} records`}>{compact(figures.records)}</span>
        ),
    },
    {
      id: 'lag',
      title: 'Behind',
      width: '120px',
      align: 'end',
      by: ({ figures }) => figures?.lag ?? -1,
      cell: ({ figures }) => lagText(figures),
    },
    {
      id: 'busy',
      title: 'Busiest stage',
      width: '200px',
      spare: true,
      cell: ({ status, figures }) => <Busiest figures={status.state === 'RUNNING' ? figures : null} />,
    },
    {
      id: 'last',
      title: 'Last record',
      width: '120px',
      spare: true,
      cell: ({ figures }) =>
        figures?.lastRecordAtMs == null ? (
          <span className="faint">–</span>
        ) : (
          <Ago atMs={figures.lastRecordAtMs} />
        ),
    },
    {
      id: 'acts',
      title: 'Actions',
      titleUnseen: true,
      width: '160px',
      cell: ({ status }) => (
        <span className="row-end">
          <Link
            to={{ page: 'connector', name: pipeline.name, tab: 'logs' }}
            query={{ task: String(status.id) }}
          >
            Logs
          </Link>
          <ActButtons pipeline={pipeline} acts={[restartOne(pipeline, status.id)]} plain commands />
        </span>
      ),
    },
  ];
}

/** Why it failed and when it is tried again; or what its plugin says is wrong while it goes on. */
function Cause({ status: { error, restart, notices } }: Pick<TaskRow, 'status'>) {
  const next = restartWords(restart, useShownMs());
  const cause = error?.message ?? notices?.join(' ');
  const text = [next, cause].filter((part) => part != null).join(': ');
  return (
    <span className={error === undefined ? 'warning-text' : 'wrong-text'} title={text}>
      {text}
    </span>
  );
}

function lagText(figures: Figures): string {
  if (figures === null || (figures.lag === null && figures.lagMs === null)) return '–';
  if (figures.lag === 0) return '0';
  if (figures.lagMs === null) return compact(figures.lag ?? 0);
  return figures.lag === null ? span(figures.lagMs) : `${compact(figures.lag)}, ${span(figures.lagMs)}`;
}

function Busiest({ figures }: { readonly figures: Figures }) {
  const top = figures?.stages
    .filter(({ stage, saturation }) => saturation !== null && !WAITING_STAGES.has(stage))
    .toSorted((a, b) => (b.saturation ?? 0) - (a.saturation ?? 0))[0];
  if (top === undefined) return <span className="faint">–</span>;
  return (
    <span className="busiest">
      {top.stage}
      <SaturationBar share={top.saturation ?? 0} what={top.stage} />
    </span>
  );
}
