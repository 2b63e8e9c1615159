import { deleteGroup, type GroupDetail, getGroup, resetGroupOffsets } from '@millrace/rest-api/contract';
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
import { compact, counted, exact } from '../format/numbers.ts';
import { goTo, Link } from '../router.tsx';
import type { PageProps } from './page-props.ts';

type GroupOffset = GroupDetail['offsets'][number];

/** A consumer group: who is in it, how far behind each partition is, and the way to move it. */
export default function GroupPage({ name, tab }: PageProps) {
  const [turn, setTurn] = useState(0);
  const { data, error } = useLoaded(
    `group ${name}`,
    (signal) => call(getGroup, { params: { group: name }, signal }),
    2_000,
    String(turn),
  );
  if (data === null || error?.status === 404) {
    return error === null ? (
      <PageHead crumb={{ to: { page: 'groups' }, label: 'Groups' }} title={name} />
    ) : error.status === 404 ? (
      <Notice title={`There is no group ${name}.`}>
        <p className="quiet">
          It was deleted, its offsets expired, or it never existed. A group appears when its first member
          joins.
        </p>
        <Link to={{ page: 'groups' }}>To the groups</Link>
      </Notice>
    ) : (
      <Failure error={error}>
        <Link to={{ page: 'groups' }}>To the groups</Link>
      </Failure>
    );
  }
  return (
    <>
      <PageHead
        crumb={{ to: { page: 'groups' }, label: 'Groups' }}
        title={name}
        acts={<GroupActs group={data} onDone={() => setTurn(turn + 1)} />}
      >
        <GroupState state={data.state} />
        <span>{counted(data.members.length, 'member')}</span>
        {data.lag === null ? (
          <span>nothing committed yet</span>
        ) : (
          <span>
            behind <Lag records={data.lag} ms={data.lagMs} unit />
          </span>
        )}
        {(data.lag ?? 0) > 0 ? <LagTrend metric="group.lag" name={name} /> : null}
        {data.protocol === '' ? null : <span>{data.protocol}</span>}
        {data.connector === null ? null : (
          <span>
            of <Link to={{ page: 'connector', name: data.connector }}>{data.connector}</Link>
          </span>
        )}
      </PageHead>
      <Tabs
        label={`Parts of ${name}`}
        current={tab}
        placeOf={(id) => ({ page: 'group', name, tab: id })}
        tabs={[
          { id: '', title: 'Partitions', count: data.offsets.length },
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
                { title: 'Records behind', metrics: [{ metric: 'group.lag', label: 'now' }] },
                {
                  title: 'Time behind',
                  metrics: [{ metric: 'group.lag.ms', label: 'now', colour: '--chart-2' }],
                },
              ]}
            />
            {data.offsets.length === 0 ? (
              <Notice title="No position is committed yet" />
            ) : (
              <DataTable
                label="Partitions"
                columns={COLUMNS}
                rows={data.offsets}
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

const offset = (value: number | null) =>
  value === null ? <span className="faint">–</span> : <span className="mono">{exact(value)}</span>;

const COLUMNS: readonly Column<GroupOffset>[] = [
  {
    id: 'topic',
    title: 'Topic',
    by: ({ topic }) => topic,
    cell: ({ topic }) => <Link to={{ page: 'topic', name: topic }}>{topic}</Link>,
  },
  {
    id: 'partition',
    title: 'Partition',
    width: '90px',
    align: 'end',
    by: ({ partition }) => partition,
    cell: ({ partition }) => partition,
  },
  {
    id: 'committed',
    title: 'Stands at',
    width: '120px',
    align: 'end',
    by: ({ committedOffset }) => committedOffset ?? -1,
    cell: ({ topic, partition, committedOffset }) =>
      committedOffset === null ? (
        offset(null)
      ) : (
        <Link
          to={{ page: 'topic', name: topic }}
          query={{ from: 'offset', partition: String(partition), offset: String(committedOffset) }}
        >
          <span className="mono">{exact(committedOffset)}</span>
        </Link>
      ),
  },
  {
    id: 'end',
    title: 'End',
    width: '120px',
    align: 'end',
    by: ({ endOffset }) => endOffset ?? -1,
    cell: ({ endOffset }) => offset(endOffset),
  },
  {
    id: 'lag',
    title: 'Behind',
    width: '170px',
    align: 'end',
    by: ({ lag }) => lag ?? -1,
    cell: (one) =>
      one.committedOffset === null ? <Unread {...one} /> : <Lag records={one.lag} ms={one.lagMs} />,
  },
  {
    id: 'member',
    title: 'Read by',
    width: '30%',
    by: ({ memberId }) => memberId ?? '',
    cell: ({ memberId }) =>
      memberId === null ? (
        <StateWords state="DEGRADED">nobody</StateWords>
      ) : (
        <span className="mono quiet" title={memberId}>
          {memberId}
        </span>
      ),
  },
];

/** Where nothing is committed nobody knows how far behind that is, but all that is there is known. */
function Unread({ startOffset, endOffset }: GroupOffset) {
  if (startOffset === null || endOffset === null) return offset(null);
  const records = endOffset - startOffset;
  return (
    <span
      className="quiet"
      title={`Nothing is committed yet; ${counted(records, 'record is', 'records are')} in it`}
    >
      {compact(records)} unread
    </span>
  );
}

function GroupActs({ group, onDone }: { readonly group: GroupDetail; readonly onDone: () => void }) {
  const [doing, setDoing] = useState<'reset' | 'delete' | null>(null);
  const busy =
    group.members.length > 0 ? `${counted(group.members.length, 'member is', 'members are')} in it` : null;
  const params = { group: group.groupId };
  return (
    <>
      <button type="button" onClick={() => setDoing('reset')}>
        Move the positions…
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
          topics={[...new Set(group.offsets.map(({ topic }) => topic))]}
          obstacle={
            busy === null || group.connector === null ? busy : `${busy}; stop ${group.connector} first`
          }
          askOf={(body) => ask(resetGroupOffsets, { params, body })}
          onDone={() => {
            setDoing(null);
            onDone();
          }}
          onClose={() => setDoing(null)}
        />
      ) : null}
      {doing === 'delete' ? (
        <ConfirmDialog
          title={`Delete ${group.groupId}?`}
          act="Delete the group"
          danger
          typed={group.groupId}
          asked={ask(deleteGroup, { params })}
          onDone={() => goTo({ page: 'groups' })}
          onClose={() => setDoing(null)}
        >
          <p>Its positions are forgotten: who joins again begins where its own config says.</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
