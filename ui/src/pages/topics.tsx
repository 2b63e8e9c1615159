import { listTopics, MAX_PAGE_ITEMS, type TopicRow } from '@millrace/rest-api/contract';
import { type KeyboardEvent, useState } from 'react';
import { call } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { Failure, Notice } from '../components/notice.tsx';
import { PipelinePicture } from '../components/pipeline-picture.tsx';
import { SkeletonRows } from '../components/skeleton-rows.tsx';
import { timeOfDay } from '../format/times.ts';
import { goTo, Link } from '../router.tsx';

const REFRESH_MS = 5_000;
const COLUMNS = 4;

export function TopicsPage() {
  const {
    data: page,
    error,
    asOfMs,
  } = useLoaded(
    'topics',
    (signal) => call(listTopics, { query: { limit: MAX_PAGE_ITEMS }, signal }),
    REFRESH_MS,
  );
  const data = page?.items ?? null;
  const [filter, setFilter] = useState('');
  const [internal, setInternal] = useState(false);
  if (data === null && error !== null) return <Failure error={error} />;
  const visible = data?.filter((topic) => internal || !topic.internal) ?? [];
  const shown = visible
    .filter((topic) => topic.name.toLowerCase().includes(filter.trim().toLowerCase()))
    .toSorted((a, b) => Number(a.internal) - Number(b.internal) || a.name.localeCompare(b.name));
  const internalCount = data?.filter((topic) => topic.internal).length ?? 0;
  return (
    <>
      <div className="head">
        <h1>Topics</h1>
        {error === null || asOfMs === null ? null : (
          <span className="facts">{`as of ${timeOfDay(asOfMs)}: ${error.message}`}</span>
        )}
      </div>
      <div className="tools">
        <input
          type="search"
          aria-label="Filter topics"
          placeholder="Filter: name  /"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        {internalCount === 0 ? null : (
          <button type="button" aria-pressed={internal} onClick={() => setInternal(!internal)}>
            {`Internal topics (${internalCount})`}
          </button>
        )}
      </div>
      {data !== null && visible.length === 0 ? (
        <Notice title="No topics yet" picture={<PipelinePicture />}>
          <p className="quiet">A topic is made when a source or a producer first writes to it.</p>
        </Notice>
      ) : (
        <TopicTable topics={data === null ? null : shown} filter={filter} />
      )}
    </>
  );
}

function TopicTable({
  topics,
  filter,
}: {
  readonly topics: readonly TopicRow[] | null;
  readonly filter: string;
}) {
  return (
    <div className={`scroll ${topics === null ? '' : 'live'}`}>
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th className="number tight">Partitions</th>
            <th>Written by</th>
            <th>Read by</th>
          </tr>
        </thead>
        <tbody>
          {topics === null ? (
            <SkeletonRows columns={COLUMNS} />
          ) : (
            topics.map((topic) => <Row key={topic.name} topic={topic} />)
          )}
        </tbody>
      </table>
      {topics !== null && topics.length === 0 ? <Notice title={`No topic matches “${filter}”.`} /> : null}
    </div>
  );
}

function Row({ topic }: { readonly topic: TopicRow }) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && event.target === event.currentTarget)
      goTo({ name: 'topic', topic: topic.name });
  };
  return (
    <tr data-row tabIndex={-1} onKeyDown={onKeyDown}>
      <td className="name">
        <Link to={{ name: 'topic', topic: topic.name }}>{topic.name}</Link>
        {topic.internal ? <span className="faint"> internal</span> : null}
      </td>
      <td className="number tight">{topic.partitions}</td>
      <td>
        <ConnectorLinks names={topic.writtenBy} />
      </td>
      <td>
        <ConnectorLinks names={topic.readBy} />
      </td>
    </tr>
  );
}

function ConnectorLinks({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return <span className="faint">–</span>;
  return (
    <span className="links">
      {names.map((connector) => (
        <Link key={connector} to={{ name: 'connector', connector }}>
          {connector}
        </Link>
      ))}
    </span>
  );
}
