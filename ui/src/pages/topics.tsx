import { listTopics, type TopicRow } from '@millrace/rest-api/contract';
import { useMemo } from 'react';
import { call } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { type Column, DataTable } from '../components/data-table.tsx';
import { ExportButton } from '../components/export-button.tsx';
import { FilterField } from '../components/filter-field.tsx';
import { Failure, Notice } from '../components/notice.tsx';
import { PageHead } from '../components/page-head.tsx';
import { PipelinePicture } from '../components/pipeline-picture.tsx';
import { SomeLinks } from '../components/some-links.tsx';
import { StateWords } from '../components/state-badge.tsx';
import { bytes, compact, counted, exact } from '../format/numbers.ts';
import { Link, setInQuery, useInQuery } from '../router.tsx';
import { CreateTopic } from './create-topic.tsx';

const REFRESH_MS = 5_000;
/** How much each holds costs the brokers more than the list; a large cluster's comes a moment behind it. */
const SIZES_REFRESH_MS = 15_000;
/** One page holds them all up to here; beyond, the filter finds. */
const LIMIT = 5_000;

/** All topics: what they hold, who writes and reads them. */
export default function TopicsPage() {
  const [filter] = useInQuery('filter');
  const [internal, setInternal] = useInQuery('internal');
  const [doing] = useInQuery('do');
  const [like] = useInQuery('like');
  const { data, error } = useLoaded(
    'topics',
    (signal) => call(listTopics, { query: { limit: LIMIT }, signal }),
    REFRESH_MS,
  );
  const sizes = useLoaded('topic sizes', readSizes, SIZES_REFRESH_MS);
  const all = useMemo(() => withSizes(data?.items ?? null, sizes.data), [data, sizes.data]);
  if (data === null && error !== null) return <Failure error={error} />;
  const visible = all?.filter((topic) => internal !== '' || !topic.internal) ?? null;
  const shown =
    visible?.filter(({ name }) => name.toLowerCase().includes(filter.trim().toLowerCase())) ?? null;
  const internalCount = all?.filter((topic) => topic.internal).length ?? 0;
  const create = () => setInQuery({ do: 'create' });
  const none = visible?.length === 0;
  return (
    <>
      <PageHead
        title="Topics"
        acts={
          none ? undefined : (
            <button type="button" className="primary" onClick={create}>
              Create a topic
            </button>
          )
        }
      >
        {visible === null || none ? null : <span>{counted(visible.length, 'topic')}</span>}
        {data !== null && data.total > data.items.length ? (
          <span>{`the first ${exact(data.items.length)} of ${exact(data.total)}`}</span>
        ) : null}
      </PageHead>
      {none ? (
        <Notice title="No topics yet" picture={<PipelinePicture />}>
          <p className="quiet">A topic is made when a source or a producer first writes to it, or here.</p>
          <p className="links">
            <button type="button" className="primary" onClick={create}>
              Create a topic
            </button>
            {internalCount === 0 ? null : (
              <button
                type="button"
                onClick={() => setInternal('1')}
              >{`Show internal topics (${internalCount})`}</button>
            )}
          </p>
        </Notice>
      ) : (
        <>
          <div className="tools">
            <FilterField label="Filter topics" placeholder="Filter: name  /" />
            {internalCount === 0 ? null : (
              <button
                type="button"
                aria-pressed={internal !== ''}
                onClick={() => setInternal(internal === '' ? '1' : '')}
              >
                {`Internal topics (${internalCount})`}
              </button>
            )}
            <span className="end">
              <ExportButton name="topics" rows={() => (shown ?? []).map(exported)} />
            </span>
          </div>
          <div className="live">
            <DataTable
              label="Topics"
              columns={COLUMNS}
              rows={shown}
              keyOf={({ name }) => name}
              toOf={({ name }) => ({ page: 'topic', name })}
              defaultOrder="name"
            />
          </div>
          {shown?.length === 0 ? <p className="quiet below">{`No topic matches “${filter}”.`}</p> : null}
        </>
      )}
      {doing === 'create' ? (
        <CreateTopic like={like} onClose={() => setInQuery({ do: null, like: null })} />
      ) : null}
    </>
  );
}

type Sizes = ReadonlyMap<string, Pick<TopicRow, 'records' | 'sizeBytes'>>;

async function readSizes(signal: AbortSignal): Promise<Sizes> {
  const { items } = await call(listTopics, { query: { limit: LIMIT, sizes: true }, signal });
  return new Map(items.map(({ name, records, sizeBytes }) => [name, { records, sizeBytes }]));
}

function withSizes(topics: readonly TopicRow[] | null, sizes: Sizes | null): readonly TopicRow[] | null {
  if (topics === null || sizes === null) return topics;
  return topics.map((topic) => ({ ...topic, ...sizes.get(topic.name) }));
}

const exported = (topic: TopicRow) => ({
  name: topic.name,
  partitions: topic.partitions,
  replicationFactor: topic.replicationFactor,
  records: topic.records,
  sizeBytes: topic.sizeBytes,
  underReplicated: topic.underReplicated,
  offline: topic.offline,
  writtenBy: topic.writtenBy.join(' '),
  readBy: topic.readBy.join(' '),
});

const COLUMNS: readonly Column<TopicRow>[] = [
  {
    id: 'name',
    title: 'Name',
    by: ({ name }) => name,
    cell: ({ name, internal }) => (
      <>
        <Link className="strong" to={{ page: 'topic', name }} title={name}>
          {name}
        </Link>
        {internal ? <span className="faint"> internal</span> : null}
      </>
    ),
  },
  {
    id: 'partitions',
    title: 'Partitions',
    width: '94px',
    align: 'end',
    by: ({ partitions }) => partitions,
    cell: ({ partitions }) => partitions,
  },
  {
    id: 'replicas',
    title: 'Replicas',
    width: '84px',
    align: 'end',
    by: ({ replicationFactor }) => replicationFactor,
    cell: ({ replicationFactor }) => replicationFactor,
  },
  {
    id: 'health',
    title: 'In sync',
    width: '130px',
    by: ({ offline, underReplicated }) => -(offline * 1e6 + underReplicated),
    cell: ({ offline, underReplicated }) =>
      offline > 0 ? (
        <StateWords state="FAILED">{offline} offline</StateWords>
      ) : underReplicated > 0 ? (
        <StateWords state="DEGRADED">{underReplicated} behind</StateWords>
      ) : (
        <span className="quiet">all</span>
      ),
  },
  {
    id: 'records',
    title: 'Records',
    width: '92px',
    align: 'end',
    by: ({ records }) => records ?? -1,
    cell: ({ records }) =>
      records === null ? '–' : <span title={`${exact(records)} records`}>{compact(records)}</span>,
  },
  {
    id: 'size',
    title: 'Size',
    hint: 'Of one replica of each partition',
    width: '92px',
    align: 'end',
    by: ({ sizeBytes }) => sizeBytes ?? -1,
    cell: ({ sizeBytes }) =>
      sizeBytes === null ? '–' : <span title={`${exact(sizeBytes)} bytes`}>{bytes(sizeBytes)}</span>,
  },
  {
    id: 'writers',
    title: 'Written by',
    width: '18%',
    spare: true,
    cell: ({ writtenBy }) => (
      <SomeLinks names={writtenBy} shown={1} to={(name) => ({ page: 'connector', name })} />
    ),
  },
  {
    id: 'readers',
    title: 'Read by',
    width: '18%',
    spare: true,
    cell: ({ readBy }) => <SomeLinks names={readBy} shown={1} to={(name) => ({ page: 'connector', name })} />,
  },
];
