import {
  deleteShareGroup,
  getShareGroup,
  resetShareGroupOffsets,
  type ShareGroupDetail,
} from '@millrace/rest-api/contract';
import { useState } from 'react';
import { ask } from '../api/ask.ts';
import { call } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { type Column, DataTable } from '../components/data-table.tsx';
import { GroupState } from '../components/group-state.tsx';
import { HistoryCharts } from '../components/history-charts.tsx';
import { Lag } from '../components/lag.tsx';
import { LagTrend } from '../components/lag-trend.tsx';
import { MemberTable } from '../components/member-table.tsx';
import { Failure, Notice } from '../components/notice.tsx';
import { PageHead, Tabs } from '../components/page-head.tsx';
import { ResetOffsetsDialog } from '../components/reset-offsets-dialog.tsx';
import { StateWords } from '../components/state-badge.tsx';
import { counted, exact } from '../format/numbers.ts';
import { span } from '../format/times.ts';
import { goTo, Link } from '../router.tsx';
import type { PageProps } from './page-props.ts';

type SharePartition = ShareGroupDetail['partitions'][number];

/** A lock that has less than this share of its time left is about to expire. */
const LATE = 0.75;

/** A share group: what is in flight, how often records were delivered, which locks are about to expire. */
export default function ShareGroupPage({ name, tab }: PageProps) {
  const [turn, setTurn] = useState(0);
  const { data, error } = useLoaded(
    `share group ${name}`,
    (signal) => call(getShareGroup, { params: { group: name }, signal }),
    1_000,
    String(turn),
  );
  const crumb = { to: { page: 'groups' }, label: 'Groups' } as const;
  if (data === null || error?.status === 404) {
    return error === null ? (
      <PageHead crumb={crumb} title={name} />
    ) : error.status === 404 ? (
      <Notice title={`There is no share group ${name}.`}>
        <p className="quiet">
          It was deleted, is a group of another kind, or never existed. A group appears when its first member
          joins.
        </p>
        <Link to={{ page: 'groups' }} query={{ kind: 'share' }}>
          To the share groups
        </Link>
      </Notice>
    ) : (
      <Failure error={error}>
        <Link to={{ page: 'groups' }} query={{ kind: 'share' }}>
          To the share groups
        </Link>
      </Failure>
    );
  }
  const inFlight = data.partitions.reduce((sum, one) => sum + (one.inFlight?.acquired ?? 0), 0);
  const late = data.partitions.filter(isLate).length;
  return (
    <>
      <PageHead
        crumb={crumb}
        title={name}
        acts={<ShareGroupActs group={data} onDone={() => setTurn(turn + 1)} />}
      >
        <span>share group</span>
        <GroupState state={data.state} />
        <span>{counted(data.members.length, 'member')}</span>
        <span>
          <Lag records={data.lag} unit /> not done with
        </span>
        {(data.lag ?? 0) > 0 ? <LagTrend metric="share-group.lag" name={name} /> : null}
        {inFlight === 0 ? null : <span>{exact(inFlight)} in flight</span>}
        {late === 0 ? null : (
          <StateWords state="DEGRADED">locks about to expire in {counted(late, 'partition')}</StateWords>
        )}
        {data.connector === null ? null : (
          <span>
            of <Link to={{ page: 'connector', name: data.connector }}>{data.connector}</Link>
          </span>
        )}
      </PageHead>
      <Tabs
        label={`Parts of ${name}`}
        current={tab}
        placeOf={(id) => ({ page: 'share-group', name, tab: id })}
        tabs={[
          { id: '', title: 'Partitions', count: data.partitions.length },
          { id: 'members', title: 'Members', count: data.members.length },
        ]}
      />
      <div className="live">
        {tab === 'members' ? (
          <MemberTable members={data.members} />
        ) : (
          <>
            <HistoryCharts
              name={name}
              charts={[
                { title: 'Records not done with', metrics: [{ metric: 'share-group.lag', label: 'now' }] },
              ]}
            />
            {data.partitions.length === 0 ? (
              <Notice title="It has begun no partition yet" />
            ) : (
              <DataTable
                label="Partitions"
                columns={COLUMNS}
                rows={data.partitions}
                keyOf={({ topic, partition }) => `${topic} ${partition}`}
                defaultOrder="-lag"
              />
            )}
          </>
        )}
      </div>
    </>
  );
}

function isLate({ inFlight }: SharePartition): boolean {
  return inFlight?.oldestLockMs != null && inFlight.oldestLockMs > inFlight.lockDurationMs * LATE;
}

const COLUMNS: readonly Column<SharePartition>[] = [
  {
    id: 'topic',
    title: 'Topic',
    by: ({ topic }) => topic,
    cell: ({ topic }) => <Link to={{ page: 'topic', name: topic }}>{topic}</Link>,
  },
  {
    id: 'partition',
    title: 'Partition',
    width: '86px',
    align: 'end',
    by: ({ partition }) => partition,
    cell: ({ partition }) => partition,
  },
  {
    id: 'start',
    title: 'Start offset',
    hint: 'Everything before it is done with',
    width: '110px',
    align: 'end',
    by: ({ startOffset }) => startOffset ?? -1,
    cell: ({ startOffset }) =>
      startOffset === null ? (
        <span className="faint">not begun</span>
      ) : (
        <span className="mono">{exact(startOffset)}</span>
      ),
  },
  {
    id: 'flight',
    title: 'In flight',
    width: '190px',
    by: ({ inFlight }) => inFlight?.acquired ?? -1,
    cell: (one) => <InFlight partition={one} />,
  },
  {
    id: 'deliveries',
    title: 'Delivered',
    hint: 'Of records that are not done with',
    width: '230px',
    cell: (one) => <Deliveries partition={one} />,
  },
  {
    id: 'lock',
    title: 'Oldest lock',
    width: '150px',
    by: ({ inFlight }) => inFlight?.oldestLockMs ?? -1,
    cell: (one) => <OldestLock partition={one} />,
  },
  {
    id: 'lag',
    title: 'Not done with',
    width: '116px',
    align: 'end',
    by: ({ lag }) => lag ?? -1,
    cell: ({ lag }) => <Lag records={lag} />,
  },
];

function InFlight({ partition: { inFlight } }: { readonly partition: SharePartition }) {
  if (inFlight === null) return <span className="faint">not told</span>;
  return (
    <span className="saturation" title={`${exact(inFlight.acquired)} of at most ${exact(inFlight.limit)}`}>
      <progress max={inFlight.limit} value={inFlight.acquired} aria-label="In flight" />
      <span>
        {exact(inFlight.acquired)}
        <span className="quiet"> of {exact(inFlight.limit)}</span>
      </span>
    </span>
  );
}

/** `once 380 · twice 30 · 3+ 2`: what comes again and again is worth a look. */
function Deliveries({ partition: { deliveries } }: { readonly partition: SharePartition }) {
  if (deliveries === null) return <span className="faint">not told</span>;
  const of = (fits: (count: number) => boolean) =>
    deliveries.filter(({ count }) => fits(count)).reduce((sum, { records }) => sum + records, 0);
  const parts = [
    { word: 'once', records: of((count) => count === 1), often: false },
    { word: 'twice', records: of((count) => count === 2), often: false },
    { word: '3+', records: of((count) => count >= 3), often: true },
  ].filter(({ records }) => records > 0);
  if (parts.length === 0) return <span className="faint">none yet</span>;
  return (
    <span className="links">
      {parts.map(({ word, records, often }) => (
        <span key={word} className={often ? 'state degraded' : undefined}>
          <span className={often ? undefined : 'quiet'}>{word}</span> {exact(records)}
        </span>
      ))}
    </span>
  );
}

function OldestLock({ partition }: { readonly partition: SharePartition }) {
  const { inFlight } = partition;
  if (inFlight?.oldestLockMs == null) return <span className="faint">none</span>;
  return (
    <span className={isLate(partition) ? 'state degraded' : undefined}>
      {span(inFlight.oldestLockMs)} <span className="quiet">of {span(inFlight.lockDurationMs)}</span>
    </span>
  );
}

function ShareGroupActs({
  group,
  onDone,
}: {
  readonly group: ShareGroupDetail;
  readonly onDone: () => void;
}) {
  const [doing, setDoing] = useState<'reset' | 'delete' | null>(null);
  const busy =
    group.members.length > 0 ? `${counted(group.members.length, 'member is', 'members are')} in it` : null;
  const params = { group: group.groupId };
  const close = () => setDoing(null);
  return (
    <>
      <button type="button" onClick={() => setDoing('reset')}>
        Move the start…
      </button>
      <button
        type="button"
        disabled={busy !== null}
        title={busy ?? undefined}
        onClick={() => setDoing('delete')}
      >
        Delete…
      </button>
      {doing === 'reset' ? (
        <ResetOffsetsDialog
          group={group.groupId}
          topics={[...new Set(group.partitions.map(({ topic }) => topic))]}
          obstacle={busy}
          askOf={(body) => ask(resetShareGroupOffsets, { params, body })}
          onDone={() => {
            close();
            onDone();
          }}
          onClose={close}
        />
      ) : null}
      {doing === 'delete' ? (
        <ConfirmDialog
          title={`Delete ${group.groupId}?`}
          act="Delete the share group"
          danger
          typed={group.groupId}
          asked={ask(deleteShareGroup, { params })}
          onDone={() => goTo({ page: 'groups' }, { kind: 'share' })}
          onClose={close}
        >
          <p>What it has done with is forgotten: a group of the same name begins anew.</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
