import type { GroupDetail } from '@millrace/rest-api/contract';
import { type Column, DataTable } from './data-table.tsx';
import { Notice } from './notice.tsx';

type Member = GroupDetail['members'][number];

/** Who is in a group, and what each reads. */
export function MemberTable({ members }: { readonly members: readonly Member[] }) {
  if (members.length === 0) {
    return (
      <Notice title="Nobody is in this group">
        <p className="quiet">Its positions are kept for those who come back.</p>
      </Notice>
    );
  }
  return <DataTable label="Members" columns={COLUMNS} rows={members} keyOf={({ memberId }) => memberId} />;
}

const COLUMNS: readonly Column<Member>[] = [
  {
    id: 'member',
    title: 'Member',
    by: ({ memberId }) => memberId,
    cell: ({ memberId, groupInstanceId }) => (
      <span className="mono" title={memberId}>
        {groupInstanceId ?? memberId}
      </span>
    ),
  },
  {
    id: 'client',
    title: 'Client',
    width: '22%',
    by: ({ clientId }) => clientId,
    cell: ({ clientId }) => <span className="mono quiet">{clientId}</span>,
  },
  {
    id: 'host',
    title: 'Host',
    width: '140px',
    by: ({ clientHost }) => clientHost,
    cell: ({ clientHost }) => <span className="mono quiet">{clientHost}</span>,
  },
  {
    id: 'partitions',
    title: 'Partitions',
    width: '90px',
    align: 'end',
    by: (member) => partitionsOf(member),
    cell: (member) => partitionsOf(member),
  },
  {
    id: 'assignment',
    title: 'Reads',
    width: '34%',
    cell: ({ assignment }) => {
      const text = assignment.map(({ topic, partitions }) => `${topic} ${partitions.join(', ')}`).join('; ');
      return <span title={text}>{text}</span>;
    },
  },
];

const partitionsOf = ({ assignment }: Member) =>
  assignment.reduce((sum, { partitions }) => sum + partitions.length, 0);
