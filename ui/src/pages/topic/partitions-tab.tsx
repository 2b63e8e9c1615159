import type { TopicDetail } from '@millrace/rest-api/contract';
import type { Loaded } from '../../api/use-loaded.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { HistoryCharts } from '../../components/history-charts.tsx';
import { Failure } from '../../components/notice.tsx';
import { StateWords } from '../../components/state-badge.tsx';
import { bytes, compact, exact } from '../../format/numbers.ts';
import { Link } from '../../router.tsx';

type Partition = TopicDetail['partitionStates'][number];

/** Where each partition is, and what it holds. */
export function PartitionsTab({ topic }: { readonly topic: Loaded<TopicDetail> }) {
  if (topic.data === null && topic.error !== null) return <Failure error={topic.error} />;
  const { data } = topic;
  return (
    <>
      {data === null ? null : (
        <HistoryCharts
          name={data.name}
          charts={[{ title: 'Records written/s', metrics: [{ metric: 'topic.records', label: 'now' }] }]}
        />
      )}
      <DataTable
        label="Partitions"
        columns={columnsOf(data?.name ?? '')}
        rows={data?.partitionStates ?? null}
        keyOf={({ partition }) => String(partition)}
      />
    </>
  );
}

const records = ({ startOffset, endOffset }: Partition) =>
  startOffset === null || endOffset === null ? null : endOffset - startOffset;

function columnsOf(topic: string): readonly Column<Partition>[] {
  const offset = (value: number | null) =>
    value === null ? '–' : <span className="mono">{exact(value)}</span>;
  return [
    {
      id: 'partition',
      title: 'Partition',
      width: '100px',
      by: ({ partition }) => partition,
      cell: ({ partition }) => (
        <Link to={{ page: 'topic', name: topic }} query={{ partition: String(partition) }}>
          {partition}
        </Link>
      ),
    },
    {
      id: 'leader',
      title: 'Leader',
      width: '120px',
      by: ({ leader }) => leader ?? -1,
      cell: ({ leader }) =>
        leader === null ? <StateWords state="FAILED">none: offline</StateWords> : `broker ${leader}`,
    },
    { id: 'replicas', title: 'Replicas', cell: (one) => <Replicas partition={one} /> },
    {
      id: 'start',
      title: 'Start offset',
      width: '130px',
      align: 'end',
      by: ({ startOffset }) => startOffset ?? -1,
      cell: ({ startOffset }) => offset(startOffset),
    },
    {
      id: 'end',
      title: 'End offset',
      width: '130px',
      align: 'end',
      by: ({ endOffset }) => endOffset ?? -1,
      cell: ({ endOffset }) => offset(endOffset),
    },
    {
      id: 'records',
      title: 'Records',
      width: '110px',
      align: 'end',
      by: (one) => records(one) ?? -1,
      cell: (one) => {
        const count = records(one);
        return count === null ? '–' : <span title={exact(count)}>{compact(count)}</span>;
      },
    },
    {
      id: 'size',
      title: 'Size',
      width: '110px',
      align: 'end',
      by: ({ sizeBytes }) => sizeBytes ?? -1,
      cell: ({ sizeBytes }) => (sizeBytes === null ? '–' : bytes(sizeBytes)),
    },
  ];
}

function Replicas({ partition: { replicas, isr } }: { readonly partition: Partition }) {
  return (
    <span className="links">
      {replicas.map((id) => (
        <span key={id} className={isr.includes(id) ? undefined : 'state degraded'}>
          {id}
          {isr.includes(id) ? '' : ' behind'}
        </span>
      ))}
    </span>
  );
}
