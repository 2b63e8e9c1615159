import {
  type BrokerRow,
  type ClusterState,
  drainWorker,
  endDrain,
  getBrokerConfigs,
  getCluster,
  listLoggers,
  listWorkers,
  putLogger,
  type ReplyBodyOf,
} from '@millrace/rest-api/contract';
import { useState } from 'react';
import { ask } from '../api/ask.ts';
import { call, explain } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { AsCommand } from '../components/as-command.tsx';
import { ConfigEntries } from '../components/config-entries.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { type Column, DataTable } from '../components/data-table.tsx';
import { FilterField } from '../components/filter-field.tsx';
import { HistoryCharts } from '../components/history-charts.tsx';
import { Ago } from '../components/moment.tsx';
import { Failure } from '../components/notice.tsx';
import { PageHead, Tabs } from '../components/page-head.tsx';
import { StateWords } from '../components/state-badge.tsx';
import { bytes, counted, exact } from '../format/numbers.ts';
import { Link, setInQuery, useInQuery } from '../router.tsx';
import type { PageProps } from './page-props.ts';

type Worker = ReplyBodyOf<typeof listWorkers>[number];

/** Brokers, workers and what runs on each; log levels. */
export default function ClusterPage({ tab }: PageProps) {
  const cluster = useLoaded('cluster', (signal) => call(getCluster, { signal }), 5_000);
  const workers = useLoaded('workers', (signal) => call(listWorkers, { signal }), 5_000);
  return (
    <>
      <PageHead title="Cluster">
        {cluster.data === null ? null : <ClusterFacts cluster={cluster.data} />}
      </PageHead>
      <Tabs
        label="Parts of the cluster"
        current={tab}
        placeOf={(id) => ({ page: 'cluster', tab: id })}
        tabs={[
          { id: '', title: 'Brokers', count: cluster.data?.brokers.length },
          { id: 'workers', title: 'Workers', count: workers.data?.length },
          { id: 'loggers', title: 'Log levels' },
        ]}
      />
      <div className="live">
        {tab === 'workers' ? (
          <Workers workers={workers.data} error={workers.error} />
        ) : tab === 'loggers' ? (
          <Loggers />
        ) : (
          <Brokers cluster={cluster.data} error={cluster.error} />
        )}
      </div>
    </>
  );
}

function ClusterFacts({ cluster }: { readonly cluster: ClusterState }) {
  const { offlinePartitions, underReplicatedPartitions } = cluster;
  return (
    <>
      <span>
        {counted(cluster.topics, 'topic')}, {counted(cluster.partitions, 'partition')}
      </span>
      {offlinePartitions === 0 ? null : (
        <StateWords state="FAILED">{counted(offlinePartitions, 'partition')} without a leader</StateWords>
      )}
      {underReplicatedPartitions === 0 ? null : (
        <StateWords state="DEGRADED">
          {counted(underReplicatedPartitions, 'partition')} not fully replicated
        </StateWords>
      )}
      {offlinePartitions + underReplicatedPartitions === 0 ? (
        <StateWords state="RUNNING">all in sync</StateWords>
      ) : null}
      <span>
        cluster id <span className="mono">{cluster.clusterId}</span>
      </span>
    </>
  );
}

interface Problem {
  readonly message: string;
  readonly hint: string | null;
}

function Brokers({
  cluster,
  error,
}: {
  readonly cluster: ClusterState | null;
  readonly error: Problem | null;
}) {
  const [open] = useInQuery('broker');
  if (cluster === null && error !== null) return <Failure error={error} />;
  return (
    <>
      <DataTable
        label="Brokers"
        columns={BROKER_COLUMNS}
        rows={cluster?.brokers ?? null}
        keyOf={({ id }) => String(id)}
        selected={open === '' ? null : open}
        onOpen={({ id }) => setInQuery({ broker: open === String(id) ? null : String(id) })}
        expected={3}
      />
      {open === '' ? (
        <p className="quiet below">Choose a broker to see its configs.</p>
      ) : (
        <BrokerConfigs broker={open} />
      )}
    </>
  );
}

function BrokerConfigs({ broker }: { readonly broker: string }) {
  const { data, error } = useLoaded(
    `configs of broker ${broker}`,
    (signal) => call(getBrokerConfigs, { params: { broker }, signal }),
    null,
  );
  return (
    <section className="below">
      <h2>Configs of broker {broker}</h2>
      {data === null && error !== null ? <Failure error={error} /> : <ConfigEntries entries={data} />}
    </section>
  );
}

const BROKER_COLUMNS: readonly Column<BrokerRow>[] = [
  {
    id: 'id',
    title: 'Broker',
    width: '170px',
    by: ({ id }) => id,
    cell: ({ id, controller }) => (
      <>
        <strong>{id}</strong>
        {controller ? <span className="quiet"> controller</span> : null}
      </>
    ),
  },
  {
    id: 'address',
    title: 'Address',
    by: ({ host }) => host,
    cell: ({ host, port }) => <span className="mono">{`${host}:${port}`}</span>,
  },
  { id: 'rack', title: 'Rack', width: '110px', cell: ({ rack }) => rack ?? <span className="faint">–</span> },
  {
    id: 'leads',
    title: 'Leads',
    hint: 'Partitions that it leads',
    width: '90px',
    align: 'end',
    by: ({ leads }) => leads,
    cell: ({ leads }) => exact(leads),
  },
  {
    id: 'replicas',
    title: 'Replicas',
    width: '96px',
    align: 'end',
    by: ({ replicas }) => replicas,
    cell: ({ replicas }) => exact(replicas),
  },
  {
    id: 'behind',
    title: 'In sync',
    width: '120px',
    by: ({ behind }) => behind,
    cell: ({ behind }) =>
      behind === 0 ? (
        <span className="quiet">all</span>
      ) : (
        <StateWords state="DEGRADED">{exact(behind)} behind</StateWords>
      ),
  },
  { id: 'disk', title: 'Disks', width: '34%', cell: (broker) => <Disks broker={broker} /> },
];

function Disks({ broker: { logDirs } }: { readonly broker: BrokerRow }) {
  if (logDirs === null) return <span className="faint">not told</span>;
  return (
    <span className="disks">
      {logDirs.map(({ path, error, logBytes, totalBytes, usableBytes }) => (
        <span
          key={path}
          className={`saturation ${isNearlyFull({ totalBytes, usableBytes }) ? 'full' : ''}`}
          title={path}
        >
          {error === null ? null : <StateWords state="FAILED">{error}</StateWords>}
          {totalBytes === null || usableBytes === null ? null : (
            <progress max={totalBytes} value={totalBytes - usableBytes} aria-label={`Disk of ${path}`} />
          )}
          {isNearlyFull({ totalBytes, usableBytes }) ? (
            <StateWords state="DEGRADED">nearly full</StateWords>
          ) : null}
          <span>
            {bytes(logBytes)} of logs
            {usableBytes === null ? null : <span className="quiet">, {bytes(usableBytes)} free</span>}
          </span>
        </span>
      ))}
    </span>
  );
}

/** From here on a disk is told before it is full. */
const NEARLY_FULL = 0.9;

function isNearlyFull(disk: { readonly totalBytes: number | null; readonly usableBytes: number | null }) {
  const { totalBytes, usableBytes } = disk;
  return totalBytes !== null && usableBytes !== null && usableBytes < totalBytes * (1 - NEARLY_FULL);
}

function Workers({
  workers,
  error,
}: {
  readonly workers: readonly Worker[] | null;
  readonly error: Problem | null;
}) {
  const [asked, setAsked] = useState<Worker | null>(null);
  if (workers === null && error !== null) return <Failure error={error} />;
  return (
    <>
      <HistoryCharts
        charts={[
          {
            title: 'Memory of this worker, without its task hosts',
            metrics: [{ metric: 'worker.memory', label: 'now' }],
          },
          {
            title: 'Processors that this worker uses',
            metrics: [{ metric: 'worker.cpu', label: 'now', colour: '--chart-2' }],
          },
        ]}
      />
      <DataTable
        label="Workers"
        columns={workerColumns(workers?.length ?? 0, setAsked)}
        rows={workers}
        keyOf={({ id }) => id}
        expected={3}
      />
      {asked === null ? null : <DrainDialog worker={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

const TASKS_SHOWN = 6;

function workerColumns(count: number, drain: (worker: Worker) => void): readonly Column<Worker>[] {
  return [
    {
      id: 'worker',
      title: 'Worker',
      width: '240px',
      by: ({ id }) => id,
      cell: ({ id, leader }) => (
        <>
          <span className="mono strong">{id}</span>
          {leader ? <span className="quiet"> leader</span> : null}
        </>
      ),
    },
    {
      id: 'state',
      title: 'State',
      width: '120px',
      cell: ({ draining }) =>
        draining ? (
          <StateWords state="DEGRADED">draining</StateWords>
        ) : (
          <StateWords state="RUNNING">up</StateWords>
        ),
    },
    {
      id: 'count',
      title: 'Tasks',
      width: '80px',
      align: 'end',
      by: ({ tasks }) => tasks.length,
      cell: ({ tasks }) => exact(tasks.length),
    },
    {
      id: 'tasks',
      title: 'What runs on it',
      cell: ({ tasks, id }) => (
        <span className="links one-line">
          {tasks.slice(0, TASKS_SHOWN).map(({ connector, task }) => (
            <Link key={`${connector} ${task}`} to={{ page: 'connector', name: connector, tab: 'tasks' }}>
              {connector} {task}
            </Link>
          ))}
          {tasks.length > TASKS_SHOWN ? (
            <Link to={{ page: 'connectors' }} query={{ worker: id }}>
              and {exact(tasks.length - TASKS_SHOWN)} more
            </Link>
          ) : null}
        </span>
      ),
    },
    {
      id: 'acts',
      title: 'Actions',
      titleUnseen: true,
      width: '120px',
      cell: (worker) => (
        <span className="row-end">
          <button
            type="button"
            className="plain"
            disabled={count < 2 && !worker.draining}
            title={count < 2 && !worker.draining ? 'Nobody else could take its tasks' : undefined}
            onClick={() => drain(worker)}
          >
            {worker.draining ? 'Use it again…' : 'Drain…'}
          </button>
        </span>
      ),
    },
  ];
}

function DrainDialog({ worker, onClose }: { readonly worker: Worker; readonly onClose: () => void }) {
  const params = { worker: worker.id };
  if (worker.draining) {
    return (
      <ConfirmDialog
        title={`Use ${worker.id} again?`}
        act="Give it tasks again"
        asked={ask(endDrain, { params })}
        onDone={onClose}
        onClose={onClose}
      >
        <p>It takes part in the next division of the work.</p>
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      title={`Drain ${worker.id}?`}
      act="Drain it"
      asked={ask(drainWorker, { params })}
      onDone={onClose}
      onClose={onClose}
    >
      <p>
        Its {counted(worker.tasks.length, 'task')} move to the other workers, and it gets none until it is
        used again. Nothing is lost or read twice for it.
      </p>
    </ConfirmDialog>
  );
}

interface LoggerRow {
  readonly name: string;
  readonly level: string;
  readonly changedAtMs: number | null;
}

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'OFF'];

/** On all workers. */
const levelled = (logger: string, level: string) =>
  ask(putLogger, { params: { logger }, query: { scope: 'cluster' }, body: { level } });

function Loggers() {
  const [filter] = useInQuery('filter');
  const [turn, setTurn] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const { data, error } = useLoaded(
    'loggers',
    (signal) => call(listLoggers, { signal }),
    10_000,
    String(turn),
  );
  if (data === null && error !== null) return <Failure error={error} />;
  const rows =
    data === null
      ? null
      : Object.entries(data)
          .map(([name, { level, last_modified }]): LoggerRow => ({ name, level, changedAtMs: last_modified }))
          .filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
  const set = (logger: string, level: string) => {
    levelled(logger, level)
      .run()
      .then(
        () => {
          setProblem(null);
          setTurn((before) => before + 1);
        },
        (failure: unknown) => setProblem(explain(failure).message),
      );
  };
  const columns: readonly Column<LoggerRow>[] = [
    {
      id: 'name',
      title: 'Logger',
      by: ({ name }) => name,
      cell: ({ name }) => <span className="mono">{name}</span>,
    },
    {
      id: 'level',
      title: 'Level',
      width: '150px',
      cell: ({ name, level }) => (
        <select
          aria-label={`Level of ${name}`}
          value={level}
          onChange={(event) => set(name, event.target.value)}
        >
          {[...new Set([level, ...LEVELS])].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ),
    },
    {
      id: 'changed',
      title: 'Changed',
      width: '140px',
      cell: ({ changedAtMs }) =>
        changedAtMs === null ? <span className="faint">never</span> : <Ago atMs={changedAtMs} />,
    },
    {
      id: 'acts',
      title: 'Actions',
      titleUnseen: true,
      width: '50px',
      cell: ({ name, level }) => (
        <AsCommand acts={[{ label: `${name} from ${level} on`, asked: levelled(name, level) }]} />
      ),
    },
  ];
  return (
    <>
      <div className="tools">
        <FilterField label="Filter loggers" placeholder="Filter: name  /" />
        <span className="quiet">A level holds for all workers, and for all loggers below it.</span>
        <span role="alert" className="wrong-text">
          {problem}
        </span>
      </div>
      <DataTable label="Loggers" columns={columns} rows={rows} keyOf={({ name }) => name} />
    </>
  );
}
