import { createTopic, listTopics, type TopicRow } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { ask } from '../api/ask.ts';
import { call } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { type Column, DataTable } from '../components/data-table.tsx';
import { ExportButton } from '../components/export-button.tsx';
import { FilterField } from '../components/filter-field.tsx';
import { Failure, Notice } from '../components/notice.tsx';
import { PageHead } from '../components/page-head.tsx';
import { PipelinePicture } from '../components/pipeline-picture.tsx';
import { SomeLinks } from '../components/some-links.tsx';
import { bytes, compact, counted, exact } from '../format/numbers.ts';
import { timeOfDay } from '../format/times.ts';
import { goTo, Link, setInQuery, useInQuery } from '../router.tsx';

const REFRESH_MS = 5_000;
/** One page holds them all up to here; beyond, the filter finds. */
const LIMIT = 5_000;

/** All topics: what they hold, who writes and reads them. */
export default function TopicsPage() {
  const [filter] = useInQuery('filter');
  const [internal, setInternal] = useInQuery('internal');
  const [doing] = useInQuery('do');
  const { data, error, asOfMs } = useLoaded(
    'topics',
    (signal) => call(listTopics, { query: { limit: LIMIT, sizes: true }, signal }),
    REFRESH_MS,
  );
  if (data === null && error !== null) return <Failure error={error} />;
  const all = data?.items ?? null;
  const visible = all?.filter((topic) => internal !== '' || !topic.internal) ?? null;
  const shown =
    visible?.filter(({ name }) => name.toLowerCase().includes(filter.trim().toLowerCase())) ?? null;
  const internalCount = all?.filter((topic) => topic.internal).length ?? 0;
  const create = () => setInQuery({ do: 'create' });
  return (
    <>
      <PageHead
        title="Topics"
        acts={
          <button type="button" className="primary" onClick={create}>
            Create a topic
          </button>
        }
      >
        {visible === null ? null : <span>{counted(visible.length, 'topic')}</span>}
        {data !== null && data.total > data.items.length ? (
          <span>{`the first ${exact(data.items.length)} of ${exact(data.total)}`}</span>
        ) : null}
        {error === null || asOfMs === null ? null : (
          <span className="wrong-text">{`as of ${timeOfDay(asOfMs)}: ${error.message}`}</span>
        )}
      </PageHead>
      {visible?.length === 0 && all !== null ? (
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
      {doing === 'create' ? <CreateTopic onClose={() => setInQuery({ do: null })} /> : null}
    </>
  );
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
        <span className="state failed">{offline} offline</span>
      ) : underReplicated > 0 ? (
        <span className="state degraded">{underReplicated} behind</span>
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
    cell: ({ writtenBy }) => <SomeLinks names={writtenBy} to={(name) => ({ page: 'connector', name })} />,
  },
  {
    id: 'readers',
    title: 'Read by',
    width: '18%',
    spare: true,
    cell: ({ readBy }) => <SomeLinks names={readBy} to={(name) => ({ page: 'connector', name })} />,
  },
];

function CreateTopic({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [partitions, setPartitions] = useState('1');
  const [replicas, setReplicas] = useState('');
  const [retention, setRetention] = useState('');
  const [compacted, setCompacted] = useState(false);
  const configs = {
    ...(compacted ? { 'cleanup.policy': 'compact' } : {}),
    ...(retention === '' ? {} : { 'retention.ms': retention }),
  };
  const body = {
    name,
    partitions: Number(partitions) || 1,
    ...(replicas === '' ? {} : { replicationFactor: Number(replicas) || 1 }),
    ...(Object.keys(configs).length === 0 ? {} : { configs }),
  };
  const asked = ask(createTopic, { body });
  return (
    <ConfirmDialog
      title="Create a topic"
      act="Create the topic"
      asked={asked}
      disabled={name === '' ? 'It needs a name' : null}
      onDone={(answer) => goTo({ page: 'topic', name: answer.name })}
      onClose={onClose}
    >
      <label className="field">
        <span>Name</span>
        <input
          type="text"
          value={name}
          maxLength={249}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <div className="field-row">
        <NumberField label="Partitions" value={partitions} onChange={setPartitions} />
        <NumberField
          label="Replicas"
          value={replicas}
          placeholder="broker’s default"
          onChange={setReplicas}
        />
      </div>
      <label className="field">
        <span>Keeps records for</span>
        <select value={retention} onChange={(event) => setRetention(event.target.value)}>
          <option value="">the broker’s default</option>
          {RETENTIONS.map(([ms, title]) => (
            <option key={ms} value={ms}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label className="check">
        <input type="checkbox" checked={compacted} onChange={(event) => setCompacted(event.target.checked)} />
        Compacted: of each key the last record is kept
      </label>
    </ConfirmDialog>
  );
}

const RETENTIONS: readonly (readonly [string, string])[] = [
  ['3600000', '1 hour'],
  ['86400000', '1 day'],
  ['604800000', '7 days'],
  ['2592000000', '30 days'],
  ['-1', 'ever'],
];

function NumberField(props: {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{props.label}</span>
      <input
        type="text"
        inputMode="numeric"
        pattern="[0-9]*"
        placeholder={props.placeholder}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value.replace(/\D/g, ''))}
      />
    </label>
  );
}
