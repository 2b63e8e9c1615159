import { Menu } from '@base-ui/react/menu';
import {
  deleteRecords,
  deleteTopic,
  getTopic,
  growTopic,
  type TopicDetail,
} from '@millrace/rest-api/contract';
import { MoreHorizontal } from 'lucide-react';
import { useCallback, useState } from 'react';
import { ask } from '../../api/ask.ts';
import { call } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { type Loaded, useLoaded } from '../../api/use-loaded.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Failure, Notice } from '../../components/notice.tsx';
import { PageHead, Tabs } from '../../components/page-head.tsx';
import { ProduceDialog } from '../../components/produce-dialog.tsx';
import { SomeLinks } from '../../components/some-links.tsx';
import { StateWords } from '../../components/state-badge.tsx';
import { bytes, compact, counted, exact } from '../../format/numbers.ts';
import { span } from '../../format/times.ts';
import { goTo, Link, type Place } from '../../router.tsx';
import type { PageProps } from '../page-props.ts';
import { MessagesTab } from './messages-tab.tsx';
import { PartitionsTab } from './partitions-tab.tsx';
import { ReadersTab } from './readers-tab.tsx';
import { TopicConfigTab } from './topic-config-tab.tsx';

const toConnector = (name: string): Place => ({ page: 'connector', name });

/** A topic: its messages, partitions, who reads it, its configs. */
export default function TopicPage({ name, tab }: PageProps) {
  const topic = useLoaded(
    `topic ${name}`,
    (signal) => call(getTopic, { params: { topic: name }, signal }),
    5_000,
  );
  const [producing, setProducing] = useState(false);
  if (topic.error?.status === 404) {
    return (
      <Notice title={`There is no topic ${name}.`}>
        <p className="quiet">It was deleted, or never existed.</p>
        <Link to={{ page: 'topics' }}>To the topics</Link>
      </Notice>
    );
  }
  if (topic.data === null && topic.error?.status === 400) {
    return (
      <Failure error={topic.error}>
        <Link to={{ page: 'topics' }}>To the topics</Link>
      </Failure>
    );
  }
  return (
    <>
      <PageHead
        crumb={{ to: { page: 'topics' }, label: 'Topics' }}
        title={name}
        acts={
          <>
            <button type="button" onClick={() => setProducing(true)}>
              Send a message
            </button>
            <MoreMenu name={name} topic={topic} />
          </>
        }
      >
        <Facts name={name} topic={topic.data} />
      </PageHead>
      <Tabs
        label={`Parts of ${name}`}
        current={tab}
        placeOf={(id) => ({ page: 'topic', name, tab: id })}
        tabs={[
          { id: '', title: 'Messages' },
          { id: 'partitions', title: 'Partitions', count: topic.data?.partitions },
          { id: 'readers', title: 'Consumers' },
          { id: 'config', title: 'Config' },
        ]}
      />
      <div className="live">{tabOf(tab, name, topic)}</div>
      {producing ? <ProduceDialog topic={name} onClose={() => setProducing(false)} /> : null}
    </>
  );
}

function tabOf(tab: string, name: string, topic: Loaded<TopicDetail>) {
  switch (tab) {
    case '':
      return <MessagesTab name={name} partitions={topic.data?.partitions ?? null} />;
    case 'partitions':
      return <PartitionsTab topic={topic} />;
    case 'readers':
      return <ReadersTab name={name} />;
    case 'config':
      return <TopicConfigTab name={name} />;
    default:
      return <Notice title="A topic has no such part." />;
  }
}

function Facts({ name, topic }: { readonly name: string; readonly topic: TopicDetail | null }) {
  const { pipelines } = useLive();
  const users = [...(pipelines?.values() ?? [])].filter((pipeline) => pipeline.topics.includes(name));
  const writers = users.filter(({ type }) => type !== 'sink').map((pipeline) => pipeline.name);
  const readers = users.filter(({ type }) => type === 'sink').map((pipeline) => pipeline.name);
  return (
    <>
      {topic === null ? null : (
        <>
          <span>{counted(topic.partitions, 'partition')}</span>
          <span>{counted(topic.replicationFactor, 'replica')}</span>
          {topic.records === null ? null : (
            <span title={`${exact(topic.records)} records`}>
              {compact(topic.records)} {topic.records === 1 ? 'record' : 'records'}
            </span>
          )}
          {topic.sizeBytes === null ? null : (
            <span title={`${exact(topic.sizeBytes)} bytes`}>{bytes(topic.sizeBytes)}</span>
          )}
          <span>{keeps(topic)}</span>
          {topic.offline > 0 ? <StateWords state="FAILED">{topic.offline} offline</StateWords> : null}
          {topic.underReplicated > 0 ? (
            <StateWords state="DEGRADED">{topic.underReplicated} behind</StateWords>
          ) : null}
        </>
      )}
      {writers.length === 0 ? null : (
        <span className="links">
          written by <SomeLinks names={writers} to={toConnector} shown={1} />
        </span>
      )}
      {readers.length === 0 ? null : (
        <span className="links">
          read by <SomeLinks names={readers} to={toConnector} shown={1} />
        </span>
      )}
    </>
  );
}

function keeps(topic: TopicDetail): string {
  const { cleanupPolicy, retentionMs } = topic;
  const forTime = retentionMs === null ? '' : retentionMs < 0 ? 'keeps all' : `keeps ${span(retentionMs)}`;
  return cleanupPolicy?.includes('compact')
    ? cleanupPolicy.includes('delete')
      ? `compacted, ${forTime}`
      : 'compacted'
    : forTime;
}

function MoreMenu({ name, topic }: { readonly name: string; readonly topic: Loaded<TopicDetail> }) {
  const [doing, setDoing] = useState<'grow' | 'empty' | 'delete' | null>(null);
  const close = useCallback(() => setDoing(null), []);
  const item = (label: string, what: NonNullable<typeof doing>) => (
    <Menu.Item className="menu-item" onClick={() => setDoing(what)} disabled={topic.data === null}>
      {label}
    </Menu.Item>
  );
  return (
    <>
      <Menu.Root>
        <Menu.Trigger className="plain icon" aria-label={`More for ${name}`} title="More">
          <MoreHorizontal size={16} aria-hidden="true" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={6} align="end" className="floating">
            <Menu.Popup className="popup menu">
              <Menu.Item
                className="menu-item"
                onClick={() => goTo({ page: 'topics' }, { do: 'create', like: name })}
              >
                Make another like it…
              </Menu.Item>
              {item('More partitions…', 'grow')}
              {item('Delete all records…', 'empty')}
              {item('Delete the topic…', 'delete')}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {doing === null || topic.data === null ? null : (
        <TopicDialog doing={doing} topic={topic.data} onClose={close} />
      )}
    </>
  );
}

function TopicDialog(props: {
  readonly doing: 'grow' | 'empty' | 'delete';
  readonly topic: TopicDetail;
  readonly onClose: () => void;
}) {
  const { doing, topic, onClose } = props;
  const params = { topic: topic.name };
  const [count, setCount] = useState(String(topic.partitions + 1));
  if (doing === 'grow') {
    return (
      <ConfirmDialog
        title={`More partitions for ${topic.name}`}
        act={`Have ${counted(Number(count), 'partition')}`}
        asked={ask(growTopic, { params, body: { count: Number(count) } })}
        disabled={
          Number(count) > topic.partitions
            ? null
            : `It has ${topic.partitions} already, and cannot have fewer`
        }
        onDone={onClose}
        onClose={onClose}
      >
        <p>
          Records with keys may land in other partitions than before: their order by key holds within each
          time only.
        </p>
        <label className="field">
          <span>Partitions, {topic.partitions} now</span>
          <input
            type="text"
            inputMode="numeric"
            value={count}
            onChange={(event) => setCount(event.target.value.replace(/\D/g, ''))}
          />
        </label>
      </ConfirmDialog>
    );
  }
  if (doing === 'empty') {
    const partitions = topic.partitionStates.map(({ partition }) => ({
      partition,
      beforeOffset: 'all' as const,
    }));
    return (
      <ConfirmDialog
        title={`Delete all records of ${topic.name}?`}
        act="Delete the records"
        danger
        typed={topic.name}
        asked={ask(deleteRecords, { params, body: { partitions } })}
        onDone={onClose}
        onClose={onClose}
      >
        <p>
          {topic.records === null ? 'All its records' : `Its ${exact(topic.records)} records`} go for good.
          The topic stays, and offsets count on.
        </p>
      </ConfirmDialog>
    );
  }
  const users = [...topic.writtenBy, ...topic.readBy];
  return (
    <ConfirmDialog
      title={`Delete ${topic.name}?`}
      act="Delete the topic"
      danger
      typed={topic.name}
      asked={ask(deleteTopic, { params })}
      onDone={() => goTo({ page: 'topics' })}
      onClose={onClose}
    >
      <p>
        The topic goes with{' '}
        {topic.records === null ? 'all its records' : `its ${exact(topic.records)} records`}. This cannot be
        undone.
      </p>
      {users.length === 0 ? null : <p className="wrong-text">It is in use by {users.join(', ')}.</p>}
    </ConfirmDialog>
  );
}
