import {
  type ConnectorInfoBody,
  type ConnectorStatusBody,
  getConnector,
  getConnectorStatus,
  type PipelineWithHistory,
} from '@millrace/rest-api/contract';
import { call } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { type Loaded, useLoaded } from '../api/use-loaded.ts';
import { ActButtons, actsFor } from '../components/act-buttons.tsx';
import { ConfigTable } from '../components/config-table.tsx';
import { FailurePanel } from '../components/failure-panel.tsx';
import { Ago, useNowMs } from '../components/moment.tsx';
import { Failure, Notice } from '../components/notice.tsx';
import { Sparkline } from '../components/sparkline.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { TaskTable } from '../components/task-table.tsx';
import { bytes, compact, counted, exact, rate } from '../format/numbers.ts';
import { isWrong, pluginWord } from '../format/pipelines.ts';
import { absolute, since } from '../format/times.ts';
import { Link } from '../router.tsx';

const REFRESH_MS = 5_000;

/** A connector: what is wrong, what moves, its tasks, its config. */
export function ConnectorPage({ name }: { readonly name: string }) {
  const live = useLive();
  const pipeline = live.pipelines?.get(name);
  // Read anew at once when the state changes, and now and then besides.
  const version =
    pipeline === undefined ? '' : `${pipeline.state} ${pipeline.tasks.failed} ${pipeline.tasks.total}`;
  const params = { connector: name };
  const status = useLoaded(
    name,
    (signal) => call(getConnectorStatus, { params, signal }),
    REFRESH_MS,
    version,
  );
  const info = useLoaded(name, (signal) => call(getConnector, { params, signal }), REFRESH_MS);
  if (pipeline === undefined) return <Missing name={name} known={live.pipelines !== null} info={info} />;
  return (
    <div className="live">
      <Head pipeline={pipeline} />
      {isWrong(pipeline) ? <FailurePanel pipeline={pipeline} status={status.data} /> : null}
      <div className="columns">
        <div>
          <Throughput pipeline={pipeline} />
          <Tasks pipeline={pipeline} status={status} />
        </div>
        <Config info={info} />
      </div>
    </div>
  );
}

function Missing(props: {
  readonly name: string;
  readonly known: boolean;
  readonly info: Loaded<ConnectorInfoBody>;
}) {
  const { name, known, info } = props;
  if (!known && info.error === null) return <h1>{name}</h1>;
  if (!known && info.error !== null) return <Failure error={info.error} />;
  return (
    <Notice title={`There is no connector ${name}.`}>
      <p className="quiet">It was deleted, or never existed.</p>
      <Link to={{ name: 'pipelines' }}>To the pipelines</Link>
    </Notice>
  );
}

function Head({ pipeline }: { readonly pipeline: PipelineWithHistory }) {
  const nowMs = useNowMs();
  const acts = actsFor(pipeline);
  const primary = isWrong(pipeline) || pipeline.state === 'PAUSED' || pipeline.state === 'STOPPED';
  return (
    <div className="head">
      <h1>
        <span className="crumb">
          <Link to={{ name: 'pipelines' }}>Pipelines</Link> /{' '}
        </span>
        {pipeline.name}
      </h1>
      <div className="facts">
        <span role="status">
          <StateBadge state={pipeline.state} />
        </span>
        {pipeline.sinceMs === null ? null : (
          <span title={absolute(pipeline.sinceMs)}>since {since(pipeline.sinceMs, nowMs)}</span>
        )}
        <span title={pipeline.class}>
          {pluginWord(pipeline.class)} {pipeline.type}
        </span>
      </div>
      <ActButtons
        pipeline={pipeline}
        acts={acts}
        {...(primary && acts[0] ? { primary: acts[0].label } : {})}
      />
    </div>
  );
}

function Throughput({ pipeline }: { readonly pipeline: PipelineWithHistory }) {
  const peak = Math.max(0, ...pipeline.history.map((point) => point ?? 0));
  return (
    <section>
      <div className="section-head">
        <h2>Records/s, last minute</h2>
        <span className="quiet">{`now ${rate(pipeline.recordsPerSecond)}, peak ${rate(peak)}`}</span>
      </div>
      <div className="chart-frame">
        <Sparkline
          points={pipeline.history}
          label={`Records per second of ${pipeline.name}, last minute`}
          width={600}
          height={96}
          stretch
        />
      </div>
      <div className="chart-scale">
        <span>60 s ago</span>
        <span>now</span>
      </div>
      <dl className="facts-list" style={{ marginTop: 12 }}>
        <dt>Since the tasks started</dt>
        <dd title={`${exact(pipeline.records)} records, ${exact(pipeline.bytes)} bytes`}>
          {compact(pipeline.records)} records, {bytes(pipeline.bytes)}
          {pipeline.errors > 0 ? `, ${counted(pipeline.errors, 'error')}` : ''}
        </dd>
        <dt>Last record</dt>
        <dd>{pipeline.lastRecordAtMs === null ? 'none yet' : <Ago atMs={pipeline.lastRecordAtMs} />}</dd>
        <dt>{pipeline.type === 'sink' ? 'Reads from' : 'Writes to'}</dt>
        <dd className="links">
          {pipeline.topics.length === 0 ? <span className="faint">no topic yet</span> : null}
          {pipeline.topics.map((topic) => (
            <Link key={topic} to={{ name: 'topic', topic }}>
              {topic}
            </Link>
          ))}
        </dd>
      </dl>
    </section>
  );
}

function Tasks(props: {
  readonly pipeline: PipelineWithHistory;
  readonly status: Loaded<ConnectorStatusBody>;
}) {
  const { pipeline, status } = props;
  return (
    <section>
      <h2>Tasks ({pipeline.tasks.total})</h2>
      {status.data === null && status.error !== null ? (
        <p className="quiet">{status.error.message}</p>
      ) : (
        <TaskTable pipeline={pipeline} tasks={status.data?.tasks ?? null} />
      )}
    </section>
  );
}

function Config({ info }: { readonly info: Loaded<ConnectorInfoBody> }) {
  return (
    <section>
      <h2>Config</h2>
      {info.data === null ? (
        <p className="quiet">{info.error?.message ?? 'Loading…'}</p>
      ) : (
        <ConfigTable config={info.data.config} />
      )}
    </section>
  );
}
