import { type Column, DataTable } from '../components/data-table.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { bytes, rate } from '../format/numbers.ts';
import { Link, type Place } from '../router.tsx';
import type { Graph, GraphEdge } from './pipeline-graph-model.ts';

/** `connector x` or `topic x` as a link. */
function EndLink({ id }: { readonly id: string }) {
  const at = id.indexOf(' ');
  const kind = id.slice(0, at);
  const name = id.slice(at + 1);
  const place: Place = { page: kind === 'topic' ? 'topic' : 'connector', name };
  return (
    <>
      <span className="quiet">{kind} </span>
      <Link to={place}>{name}</Link>
    </>
  );
}

const COLUMNS: readonly Column<GraphEdge>[] = [
  { id: 'from', title: 'From', by: ({ from }) => from, cell: ({ from }) => <EndLink id={from} /> },
  { id: 'to', title: 'To', by: ({ to }) => to, cell: ({ to }) => <EndLink id={to} /> },
  {
    id: 'state',
    title: 'State',
    width: '120px',
    by: ({ state }) => state,
    cell: ({ state }) => <StateBadge state={state} />,
  },
  {
    id: 'rate',
    title: 'Records/s',
    width: '110px',
    align: 'end',
    by: ({ recordsPerSecond }) => recordsPerSecond ?? -1,
    cell: ({ recordsPerSecond }) => rate(recordsPerSecond),
  },
  {
    id: 'bytes',
    title: 'Bytes/s',
    width: '110px',
    align: 'end',
    by: ({ bytesPerSecond }) => bytesPerSecond ?? -1,
    cell: ({ bytesPerSecond }) => (bytesPerSecond === null ? '–' : `${bytes(bytesPerSecond)}/s`),
  },
];

/** What the graph says, as a table. */
export function EdgeTable({ graph }: { readonly graph: Graph }) {
  return (
    <DataTable
      label="What moves from where to where"
      columns={COLUMNS}
      rows={graph.edges}
      keyOf={({ id }) => id}
      orderIn="edges"
    />
  );
}
