import type { PipelineWithHistory } from '@millrace/rest-api/contract';
import { actsFor } from '../api/acts.ts';
import { compact, exact, rate } from '../format/numbers.ts';
import { pluginWord, severity } from '../format/pipelines.ts';
import { span } from '../format/times.ts';
import { Link } from '../router.tsx';
import { ActButtons } from './act-buttons.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { Lag } from './lag.tsx';
import { Ago } from './moment.tsx';
import { SomeLinks } from './some-links.tsx';
import { Sparkline } from './sparkline.tsx';
import { StateBadge } from './state-badge.tsx';

const COLUMNS: readonly Column<PipelineWithHistory>[] = [
  {
    id: 'name',
    title: 'Name',
    by: ({ name }) => name,
    cell: ({ name }) => (
      <Link className="strong" to={{ page: 'connector', name }} title={name}>
        {name}
      </Link>
    ),
  },
  {
    id: 'type',
    title: 'Plugin',
    width: '148px',
    by: (pipeline) => pluginWord(pipeline.class),
    cell: (pipeline) => (
      <span className="quiet" title={pipeline.class}>
        {pluginWord(pipeline.class)} {pipeline.type}
      </span>
    ),
  },
  {
    id: 'state',
    title: 'State',
    width: '106px',
    by: severity,
    cell: ({ state }) => <StateBadge state={state} />,
  },
  {
    id: 'rate',
    title: 'Records/s',
    hint: 'Over the last five seconds; the curve is the last minute',
    width: '188px',
    by: ({ recordsPerSecond }) => recordsPerSecond ?? -1,
    cell: (pipeline) => <Rate pipeline={pipeline} />,
  },
  {
    id: 'records',
    title: 'Records',
    hint: 'Since the tasks started',
    width: '80px',
    align: 'end',
    by: ({ records }) => records,
    cell: (pipeline) => <span title={`${exact(pipeline.records)} records`}>{compact(pipeline.records)}</span>,
  },
  {
    id: 'lag',
    title: 'Behind',
    hint: 'Records of the partition that lags most, and how long that is',
    width: '112px',
    align: 'end',
    by: ({ lag, lagMs }) => lag ?? (lagMs === null ? -1 : 0),
    cell: ({ lag, lagMs }) => <Behind lag={lag} lagMs={lagMs} />,
  },
  {
    id: 'tasks',
    title: 'Tasks',
    width: '70px',
    by: ({ tasks }) => tasks.total,
    cell: ({ tasks }) => (
      <>
        {tasks.running}
        <span className="faint"> of {tasks.total}</span>
      </>
    ),
  },
  {
    id: 'topics',
    title: 'Topics',
    width: '13%',
    spare: true,
    cell: ({ topics }) => <SomeLinks names={topics} shown={1} to={(name) => ({ page: 'topic', name })} />,
  },
  // Nothing to be pressed from here on: acts lie over these while the row is pointed at.
  {
    id: 'errors',
    title: 'Errors',
    hint: 'Records that were passed over or became dead letters, since the tasks started',
    width: '66px',
    align: 'end',
    by: ({ errors }) => errors,
    spare: true,
    cell: ({ errors }) => (
      <span className={errors === 0 ? 'faint' : 'wrong-text'} title={`${exact(errors)} errors`}>
        {compact(errors)}
      </span>
    ),
  },
  {
    id: 'last',
    title: 'Last record',
    width: '98px',
    by: ({ lastRecordAtMs }) => -(lastRecordAtMs ?? 0),
    spare: true,
    cell: ({ lastRecordAtMs }) =>
      lastRecordAtMs === null ? <span className="faint">none yet</span> : <Ago atMs={lastRecordAtMs} />,
  },
  {
    id: 'acts',
    title: 'Actions',
    titleUnseen: true,
    width: '1px',
    cell: (pipeline) => (
      <ActButtons pipeline={pipeline} acts={actsFor(pipeline).slice(0, 2)} plain className="row-acts" />
    ),
  },
];

/** Of a source there are no records to count, but it may know how late it is. */
function Behind({ lag, lagMs }: Pick<PipelineWithHistory, 'lag' | 'lagMs'>) {
  if (lag === null && lagMs !== null) return <span className="quiet">{span(lagMs)}</span>;
  return <Lag records={lag} ms={lag === 0 ? null : lagMs} />;
}

function Rate({ pipeline }: { readonly pipeline: PipelineWithHistory }) {
  const { recordsPerSecond, history, name } = pipeline;
  return (
    <span className="rate">
      <Sparkline points={history} label={`Records per second of ${name}, last minute`} />
      <span
        className="value"
        title={recordsPerSecond === null ? undefined : `${exact(recordsPerSecond)} records/s`}
      >
        {rate(recordsPerSecond)}
      </span>
    </span>
  );
}

interface ConnectorTableProps {
  readonly label: string;
  readonly pipelines: readonly PipelineWithHistory[] | null;
  /** A column before all others, for choosing. */
  readonly before?: Column<PipelineWithHistory>;
}

/** Connectors with state, what moves and what can be done; the worst first unless another order is chosen. */
export function ConnectorTable({ label, pipelines, before }: ConnectorTableProps) {
  return (
    <DataTable
      label={label}
      columns={before === undefined ? COLUMNS : [before, ...COLUMNS]}
      rows={pipelines}
      keyOf={({ name }) => name}
      toOf={({ name }) => ({ page: 'connector', name })}
    />
  );
}
