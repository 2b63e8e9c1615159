import type { PipelineWithHistory } from '@millrace/rest-api/contract';
import { type KeyboardEvent, useState } from 'react';
import { useLive } from '../api/live.ts';
import { ActButtons, actsFor } from '../components/act-buttons.tsx';
import { Ago } from '../components/moment.tsx';
import { Notice } from '../components/notice.tsx';
import { PipelinePicture } from '../components/pipeline-picture.tsx';
import { SkeletonRows } from '../components/skeleton-rows.tsx';
import { Sparkline } from '../components/sparkline.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { WrongItem } from '../components/wrong-item.tsx';
import { compact, exact, rate } from '../format/numbers.ts';
import { isWrong, pluginWord, sorted, stateCounts, stateWord, total } from '../format/pipelines.ts';
import { goTo, Link } from '../router.tsx';

const COLUMNS = 8;

/** Home: what is wrong first, then everything. */
export function PipelinesPage() {
  const live = useLive();
  const [filter, setFilter] = useState('');
  const all = live.pipelines === null ? null : sorted(live.pipelines.values());
  if (all !== null && all.length === 0) return <Empty />;
  const shown = all?.filter((pipeline) => matches(pipeline, filter)) ?? [];
  const wrong = all?.filter(isWrong) ?? [];
  return (
    <>
      <h1 className="unseen">Pipelines</h1>
      <Summary pipelines={all} />
      {wrong.length === 0 ? null : (
        <ul className="wrong-list live" aria-label="Pipelines that fail">
          {wrong.map((pipeline) => (
            <WrongItem key={pipeline.name} pipeline={pipeline} />
          ))}
        </ul>
      )}
      <section>
        <div className="tools">
          <h2>Pipelines{all === null ? '' : ` (${all.length})`}</h2>
          <input
            type="search"
            aria-label="Filter pipelines"
            placeholder="Filter: name, state, topic  /"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        </div>
        <div className="scroll live">
          <table>
            <thead>
              <tr>
                <th>Name</th>
                <th>Type</th>
                <th>State</th>
                <th>Records/s, last minute</th>
                <th className="number">Records</th>
                <th>Tasks</th>
                <th>Topics</th>
                <th className="tight">
                  <span className="unseen">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {all === null ? (
                <SkeletonRows columns={COLUMNS} />
              ) : (
                shown.map((pipeline) => <Row key={pipeline.name} pipeline={pipeline} />)
              )}
            </tbody>
          </table>
        </div>
        {all !== null && shown.length === 0 ? (
          <Notice title={`No pipeline matches “${filter}”.`}>
            <button type="button" onClick={() => setFilter('')}>
              Clear the filter
            </button>
          </Notice>
        ) : null}
      </section>
    </>
  );
}

function matches(pipeline: PipelineWithHistory, filter: string): boolean {
  const text = [pipeline.name, pipeline.type, stateWord(pipeline.state), pipeline.class, ...pipeline.topics];
  return text.join(' ').toLowerCase().includes(filter.trim().toLowerCase());
}

function Summary({ pipelines }: { readonly pipelines: readonly PipelineWithHistory[] | null }) {
  const into = total((pipelines ?? []).filter((pipeline) => pipeline.type !== 'sink'));
  const out = total((pipelines ?? []).filter((pipeline) => pipeline.type === 'sink'));
  return (
    <div className="head live">
      <div className="counts" role="status">
        {pipelines === null ? <span className="quiet">Loading…</span> : null}
        {stateCounts(pipelines ?? []).map(({ state, count }) => (
          <span key={state} className={`state ${stateWord(state)}`}>
            <strong>{count}</strong> {stateWord(state)}
          </span>
        ))}
      </div>
      <div className="totals">
        <span className="rate" title={into.rate === null ? undefined : `${exact(into.rate)} records/s`}>
          <span className="label">into the log</span>
          <strong className="value">{rate(into.rate)}</strong>
          <Sparkline points={into.history} label="Records per second into the log, last minute" width={120} />
        </span>
        <span className="rate" title={out.rate === null ? undefined : `${exact(out.rate)} records/s`}>
          <span className="label">out of it</span>
          <strong className="value">{rate(out.rate)}</strong>
          <Sparkline
            points={out.history}
            label="Records per second out of the log, last minute"
            width={120}
          />
        </span>
      </div>
    </div>
  );
}

function Row({ pipeline }: { readonly pipeline: PipelineWithHistory }) {
  const { tasks } = pipeline;
  const open = () => goTo({ name: 'connector', connector: pipeline.name });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && event.target === event.currentTarget) open();
  };
  return (
    <tr data-row tabIndex={-1} onKeyDown={onKeyDown}>
      <td className="name">
        <Link to={{ name: 'connector', connector: pipeline.name }}>{pipeline.name}</Link>
      </td>
      <td className="quiet" title={pipeline.class}>
        {pluginWord(pipeline.class)} {pipeline.type}
      </td>
      <td>
        <StateBadge state={pipeline.state} />
      </td>
      <td>
        <span className="rate">
          <Sparkline
            points={pipeline.history}
            label={`Records per second of ${pipeline.name}, last minute`}
          />
          <span
            className="value"
            title={
              pipeline.recordsPerSecond === null ? undefined : `${exact(pipeline.recordsPerSecond)} records/s`
            }
          >
            {rate(pipeline.recordsPerSecond)}
          </span>
        </span>
      </td>
      <td className="number" title={`${exact(pipeline.records)} records`}>
        {compact(pipeline.records)}
        {pipeline.lastRecordAtMs === null ? null : (
          <span className="unseen">
            , last <Ago atMs={pipeline.lastRecordAtMs} />
          </span>
        )}
      </td>
      <td>
        {tasks.running}
        <span className="faint"> of {tasks.total}</span>
      </td>
      <td>
        <TopicLinks topics={pipeline.topics} />
      </td>
      <td className="tight">
        <ActButtons pipeline={pipeline} acts={actsFor(pipeline).slice(0, 2)} plain className="row-acts" />
      </td>
    </tr>
  );
}

const TOPICS_SHOWN = 2;

function TopicLinks({ topics }: { readonly topics: readonly string[] }) {
  const more = topics.length - TOPICS_SHOWN;
  return (
    <span className="links">
      {topics.slice(0, TOPICS_SHOWN).map((topic) => (
        <Link key={topic} to={{ name: 'topic', topic }}>
          {topic}
        </Link>
      ))}
      {more > 0 ? (
        <span className="faint" title={topics.slice(TOPICS_SHOWN).join(', ')}>{`and ${more} more`}</span>
      ) : null}
    </span>
  );
}

function Empty() {
  const example = `curl -X POST ${window.location.origin}/connectors \\
  -H 'Content-Type: application/json' \\
  -d '{"name": "my-first", "config": {
    "connector.class": "FileSource", "file": "/tmp/hello.txt", "topic": "hello"}}'
echo 'hello, world' >> /tmp/hello.txt`;
  return (
    <Notice title="No pipelines yet" picture={<PipelinePicture />}>
      <p className="quiet">
        A source brings records into the log, a sink carries them out. Create a connector and it appears here,
        at once.
      </p>
      <pre>{example}</pre>
      <p className="links">
        <a href="/api/docs">How the API works</a>
        <a href="/connector-plugins">Connectors that are installed</a>
        <Link to={{ name: 'topics' }}>Topics</Link>
      </p>
    </Notice>
  );
}
