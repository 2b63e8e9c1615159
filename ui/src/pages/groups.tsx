import { type GroupRow, listGroups, listShareGroups, type ShareGroupRow } from '@millrace/rest-api/contract';
import { call } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { type Column, DataTable } from '../components/data-table.tsx';
import { ExportButton } from '../components/export-button.tsx';
import { FilterField } from '../components/filter-field.tsx';
import { GroupState } from '../components/group-state.tsx';
import { Lag } from '../components/lag.tsx';
import { Failure, Notice } from '../components/notice.tsx';
import { PageHead } from '../components/page-head.tsx';
import { PipelinePicture } from '../components/pipeline-picture.tsx';
import { SomeLinks } from '../components/some-links.tsx';
import { counted } from '../format/numbers.ts';
import { Link, useInQuery } from '../router.tsx';

type Group = GroupRow | ShareGroupRow;

const REFRESH_MS = 3_000;
const LIMIT = 5_000;

/** Consumer groups and share groups, with how far each is behind. */
export default function GroupsPage() {
  const [kind, setKind] = useInQuery('kind', 'consumer');
  const [filter] = useInQuery('filter');
  const share = kind === 'share';
  const { data, error } = useLoaded<{ readonly items: readonly Group[] }>(
    `groups ${kind}`,
    (signal) => call(share ? listShareGroups : listGroups, { query: { limit: LIMIT }, signal }),
    REFRESH_MS,
  );
  const shown =
    data?.items.filter(({ groupId }) => groupId.toLowerCase().includes(filter.toLowerCase())) ?? null;
  return (
    <>
      <PageHead title="Groups">
        <fieldset className="segments">
          <legend className="unseen">Kind</legend>
          <button type="button" aria-pressed={!share} onClick={() => setKind('consumer')}>
            Consumer groups
          </button>
          <button type="button" aria-pressed={share} onClick={() => setKind('share')}>
            Share groups
          </button>
        </fieldset>
        {data === null || data.items.length === 0 ? null : <span>{counted(data.items.length, 'group')}</span>}
      </PageHead>
      {data === null && error !== null ? <Failure error={error} /> : null}
      {data?.items.length === 0 ? (
        <NoGroups share={share} />
      ) : data === null && error !== null ? null : (
        <>
          <div className="tools">
            <FilterField label="Filter groups" placeholder="Filter: name  /" />
            <span className="end">
              <ExportButton name={`${kind} groups`} rows={() => (shown ?? []).map(exported)} />
            </span>
          </div>
          <div className="live">
            <DataTable
              label={share ? 'Share groups' : 'Consumer groups'}
              columns={columnsOf(share)}
              rows={shown}
              keyOf={({ groupId }) => groupId}
              toOf={({ groupId }) => ({ page: share ? 'share-group' : 'group', name: groupId })}
              defaultOrder="-lag"
            />
          </div>
          {shown?.length === 0 ? <p className="quiet below">{`No group matches “${filter}”.`}</p> : null}
        </>
      )}
    </>
  );
}

function NoGroups({ share }: { readonly share: boolean }) {
  return (
    <Notice title={share ? 'No share groups yet' : 'No consumer groups yet'} picture={<PipelinePicture />}>
      <p className="quiet">
        {share
          ? 'A share group hands single records to any number of members, as a queue does. It appears when its first member joins.'
          : 'A group appears when its first member joins or commits an offset. Sink connectors have one each.'}
      </p>
    </Notice>
  );
}

const exported = (group: Group) => ({
  group: group.groupId,
  state: group.state,
  members: group.members,
  lag: group.lag,
  topics: group.topics.join(' '),
  connector: group.connector ?? '',
});

function columnsOf(share: boolean): readonly Column<Group>[] {
  return [
    {
      id: 'group',
      title: 'Group',
      by: ({ groupId }) => groupId,
      cell: ({ groupId }) => (
        <Link
          className="strong"
          to={{ page: share ? 'share-group' : 'group', name: groupId }}
          title={groupId}
        >
          {groupId}
        </Link>
      ),
    },
    {
      id: 'state',
      title: 'State',
      width: '170px',
      by: ({ state }) => state,
      cell: ({ state }) => <GroupState state={state} />,
    },
    {
      id: 'members',
      title: 'Members',
      width: '90px',
      align: 'end',
      by: ({ members }) => members ?? -1,
      cell: ({ members }) => members ?? '–',
    },
    {
      id: 'lag',
      title: share ? 'Not done with' : 'Records behind',
      width: '130px',
      align: 'end',
      by: ({ lag }) => lag ?? -1,
      cell: ({ lag }) => <Lag records={lag} />,
    },
    {
      id: 'topics',
      title: 'Topics',
      width: '26%',
      cell: ({ topics }) => <SomeLinks names={topics} shown={1} to={(name) => ({ page: 'topic', name })} />,
    },
    {
      id: 'connector',
      title: 'Connector',
      width: '16%',
      by: ({ connector }) => connector ?? '',
      cell: ({ connector }) =>
        connector === null ? (
          <span className="faint">–</span>
        ) : (
          <Link to={{ page: 'connector', name: connector }}>{connector}</Link>
        ),
    },
  ];
}
