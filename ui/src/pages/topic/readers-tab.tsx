import { listTopicReaders, type ReplyBodyOf } from '@millrace/rest-api/contract';
import { call } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { GroupState } from '../../components/group-state.tsx';
import { Lag } from '../../components/lag.tsx';
import { Failure, Notice } from '../../components/notice.tsx';
import { Link } from '../../router.tsx';

type Reader = ReplyBodyOf<typeof listTopicReaders>[number];

/** The groups that read a topic. */
export function ReadersTab({ name }: { readonly name: string }) {
  const { data, error } = useLoaded(
    `readers of ${name}`,
    (signal) => call(listTopicReaders, { params: { topic: name }, signal }),
    5_000,
  );
  if (data === null && error !== null) return <Failure error={error} />;
  if (data?.length === 0) {
    return (
      <Notice title="No group reads this topic">
        <p className="quiet">Groups appear here when a member joins, or when one has committed an offset.</p>
      </Notice>
    );
  }
  return (
    <DataTable
      label="Groups"
      columns={COLUMNS}
      rows={data}
      keyOf={({ kind, groupId }) => `${kind} ${groupId}`}
      toOf={placeOf}
    />
  );
}

const placeOf = ({ kind, groupId }: Reader) =>
  ({ page: kind === 'share' ? 'share-group' : 'group', name: groupId }) as const;

const COLUMNS: readonly Column<Reader>[] = [
  {
    id: 'group',
    title: 'Group',
    by: ({ groupId }) => groupId,
    cell: (reader) => (
      <Link className="strong" to={placeOf(reader)}>
        {reader.groupId}
      </Link>
    ),
  },
  {
    id: 'kind',
    title: 'Kind',
    width: '110px',
    by: ({ kind }) => kind,
    cell: ({ kind }) => <span className="quiet">{kind}</span>,
  },
  {
    id: 'state',
    title: 'State',
    width: '150px',
    by: ({ state }) => state,
    cell: ({ state }) => <GroupState state={state} />,
  },
  {
    id: 'members',
    title: 'Members',
    width: '100px',
    align: 'end',
    by: ({ members }) => members ?? -1,
    cell: ({ members }) => members ?? '–',
  },
  {
    id: 'lag',
    title: 'Records behind',
    width: '130px',
    align: 'end',
    by: ({ lag }) => lag ?? -1,
    cell: ({ lag }) => <Lag records={lag} />,
  },
];
