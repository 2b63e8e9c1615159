import type { PipelineWithHistory } from '@millrace/rest-api/contract';
import { useLive } from '../api/live.ts';
import { ConnectorTable } from '../components/connector-table.tsx';
import { FilterField } from '../components/filter-field.tsx';
import { HistoryCharts } from '../components/history-charts.tsx';
import { Lag } from '../components/lag.tsx';
import { Notice } from '../components/notice.tsx';
import { PipelinePicture } from '../components/pipeline-picture.tsx';
import { Sparkline } from '../components/sparkline.tsx';
import { NoticeItem, WrongItem } from '../components/wrong-item.tsx';
import { counted, exact, rate } from '../format/numbers.ts';
import {
  furthestBehind,
  isWrong,
  matches,
  needsALook,
  sorted,
  stateCounts,
  stateWord,
  total,
} from '../format/pipelines.ts';
import { Link, useInQuery } from '../router.tsx';

/** So many of what is wrong are told in full; the rest is one click away. */
const WRONG_SHOWN = 8;
const SHOWN = 40;

/** Home: is anything wrong? Then what moves. */
export function HomePage() {
  const live = useLive();
  const [filter] = useInQuery('filter');
  const all = live.pipelines === null ? null : sorted(live.pipelines.values());
  if (all !== null && all.length === 0) return <Empty />;
  const wrong = all?.filter(needsALook) ?? [];
  const sinks = new Set(all?.filter(({ type }) => type === 'sink').map(({ name }) => name));
  const shown = all?.filter((pipeline) => matches(pipeline, filter)) ?? null;
  return (
    <>
      <h1 className="unseen">Home</h1>
      <Summary pipelines={all} />
      {wrong.length === 0 ? null : (
        <ul className="wrong-list live" aria-label="Pipelines that fail or warn">
          {wrong
            .slice(0, WRONG_SHOWN)
            .map((pipeline) =>
              isWrong(pipeline) ? (
                <WrongItem key={pipeline.name} pipeline={pipeline} />
              ) : (
                <NoticeItem key={pipeline.name} pipeline={pipeline} />
              ),
            )}
          {wrong.length <= WRONG_SHOWN ? null : (
            <li>
              <Link to={{ page: 'connectors' }} query={{ state: 'wrong' }}>
                {counted(wrong.length - WRONG_SHOWN, 'more connector')} with failures or warnings
              </Link>
            </li>
          )}
        </ul>
      )}
      <HistoryCharts
        height={92}
        charts={[
          {
            title: 'Records/s',
            metrics: [
              { metric: 'connector.records', label: 'into the log', of: (name) => !sinks.has(name) },
              {
                metric: 'connector.records',
                label: 'out of it',
                colour: '--chart-3',
                of: (name) => sinks.has(name),
              },
            ],
          },
          {
            title: 'Records behind, all sinks',
            metrics: [{ metric: 'connector.lag', label: 'now', colour: '--chart-2' }],
          },
        ]}
      />
      <section>
        <div className="tools">
          <h2>Pipelines{all === null ? '' : ` (${exact(all.length)})`}</h2>
          <FilterField label="Filter pipelines" placeholder="Filter: name, state, topic  /" />
          <span className="end">
            <Link className="button" to={{ page: 'create' }}>
              Create a connector
            </Link>
          </span>
        </div>
        <div className="live">
          <ConnectorTable label="Pipelines" pipelines={shown?.slice(0, SHOWN) ?? null} />
        </div>
        <Rest shown={shown} filter={filter} />
      </section>
    </>
  );
}

function Rest({ shown, filter }: { readonly shown: readonly unknown[] | null; readonly filter: string }) {
  if (shown === null) return null;
  if (shown.length === 0) return <p className="quiet below">{`No pipeline matches “${filter}”.`}</p>;
  if (shown.length <= SHOWN) return null;
  return (
    <p className="below">
      <Link to={{ page: 'connectors' }} query={{ filter }}>
        All {exact(shown.length)} connectors
      </Link>
    </p>
  );
}

function Summary({ pipelines }: { readonly pipelines: readonly PipelineWithHistory[] | null }) {
  const into = total((pipelines ?? []).filter((pipeline) => pipeline.type !== 'sink'));
  const out = total((pipelines ?? []).filter((pipeline) => pipeline.type === 'sink'));
  return (
    <div className="summary live">
      <div className="counts" role="status">
        {pipelines === null ? <span className="quiet">Loading…</span> : null}
        {stateCounts(pipelines ?? []).map(({ state, count }) => (
          <Link
            key={state}
            to={{ page: 'connectors' }}
            query={{ state }}
            className={`state ${stateWord(state)}`}
          >
            <strong>{exact(count)}</strong> {stateWord(state)}
          </Link>
        ))}
      </div>
      <div className="totals">
        <Total label="into the log" sum={into} />
        <Total label="out of it" sum={out} />
        <WorstLag pipelines={pipelines ?? []} />
      </div>
    </div>
  );
}

function Total({ label, sum }: { readonly label: string; readonly sum: ReturnType<typeof total> }) {
  return (
    <span className="rate" title={sum.rate === null ? undefined : `${exact(sum.rate)} records/s`}>
      <span className="label">{label}</span>
      <strong className="value">{rate(sum.rate)}</strong>
      <Sparkline points={sum.history} label={`Records per second ${label}, last minute`} width={64} />
    </span>
  );
}

function WorstLag({ pipelines }: { readonly pipelines: readonly PipelineWithHistory[] }) {
  const worst = furthestBehind(pipelines);
  if (worst === null) return null;
  return (
    <span className="rate">
      <span className="label">worst lag</span>
      <strong className="value">
        <Lag records={worst.lag} ms={worst.lagMs} unit />
      </strong>
      <Link to={{ page: 'connector', name: worst.name }}>{worst.name}</Link>
    </span>
  );
}

function Empty() {
  return (
    <Notice title="No pipelines yet" picture={<PipelinePicture />}>
      <p className="quiet">
        A source brings records into the log, a sink carries them out. What you create appears here, at once.
      </p>
      <div className="ways">
        <Link className="button primary" to={{ page: 'create' }} query={{ class: 'PostgresSource' }}>
          From PostgreSQL
        </Link>
        <Link className="button" to={{ page: 'create' }} query={{ class: 'FileSource' }}>
          From a file
        </Link>
        <Link className="button" to={{ page: 'create' }}>
          All connectors
        </Link>
      </div>
    </Notice>
  );
}
