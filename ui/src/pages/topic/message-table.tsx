import type { Message } from '@millrace/rest-api/contract';
import { useRef } from 'react';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { InlineValue } from '../../components/json-text.tsx';
import { useNowMs } from '../../components/moment.tsx';
import { payloadOf } from '../../format/connect-envelope.ts';
import { fieldOf } from '../../format/json-field.ts';
import { absolute, recordTime } from '../../format/times.ts';
import { useInQuery } from '../../router.tsx';

/** A message by its place in the topic. */
export const idOf = ({ partition, offset }: Message) => `${partition}/${offset}`;

interface MessageTableProps {
  readonly messages: readonly Message[] | null;
  readonly selected: string;
  readonly dim: boolean;
  readonly onOpen: (message: Message) => void;
}

export function MessageTable({ messages, selected, dim, onOpen }: MessageTableProps) {
  const [columns] = useInQuery('columns');
  const fresh = useFresh(messages);
  const pinned = columns
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  return (
    <div className={dim ? 'dimmed' : undefined}>
      <DataTable
        label="Messages"
        columns={[...BEFORE, ...pinned.map(pinnedColumn), ...BEHIND]}
        rows={messages}
        keyOf={idOf}
        selected={selected === '' ? null : selected}
        onOpen={onOpen}
        classOf={(message) => (fresh(message) ? 'fresh' : '')}
        orderIn=""
        dense
        expected={12}
      />
    </div>
  );
}

const BEFORE: readonly Column<Message>[] = [
  { id: 'time', title: 'Time', width: '116px', cell: ({ timestamp }) => <MessageTime atMs={timestamp} /> },
  {
    id: 'partition',
    title: 'P',
    hint: 'Partition',
    width: '42px',
    align: 'end',
    cell: ({ partition }) => <span className="mono">{partition}</span>,
  },
  {
    id: 'offset',
    title: 'Offset',
    width: '96px',
    align: 'end',
    cell: ({ offset }) => <span className="mono">{offset}</span>,
  },
  {
    id: 'key',
    title: 'Key',
    width: '16%',
    cell: ({ key }) => (
      <span className="mono" title={key.text}>
        <InlineValue value={key} />
      </span>
    ),
  },
];

const BEHIND: readonly Column<Message>[] = [
  {
    id: 'value',
    title: 'Value',
    cell: ({ value }) => (
      <span className="mono">
        <InlineValue value={value} />
      </span>
    ),
  },
  {
    id: 'headers',
    title: 'Headers',
    width: '120px',
    spare: true,
    cell: ({ headers }) => (
      <span
        className="mono quiet"
        title={headers.map(({ key, value }) => `${key}: ${value.text}`).join('\n')}
      >
        {headers.map(({ key }) => key).join(' ')}
      </span>
    ),
  },
];

function MessageTime({ atMs }: { readonly atMs: number }) {
  const nowMs = useNowMs();
  return (
    <span className="mono" title={absolute(atMs)}>
      {recordTime(atMs, nowMs)}
    </span>
  );
}

function pinnedColumn(path: string): Column<Message> {
  return {
    id: `field ${path}`,
    title: path,
    width: '120px',
    cell: ({ value }) => {
      const field = fieldOf(payloadOf(value.text) ?? value.text, path) ?? fieldOf(value.text, path);
      return <span className="mono">{field === undefined ? <span className="faint">–</span> : field}</span>;
    },
  };
}

/** Whether a message was not there in the answer before. Nothing is fresh in the first one. */
function useFresh(messages: readonly Message[] | null): (message: Message) => boolean {
  const seen = useRef<{ of: readonly Message[] | null; known: ReadonlySet<string> | null }>({
    of: null,
    known: null,
  });
  const before = useRef<ReadonlySet<string> | null>(null);
  if (messages !== null && messages !== seen.current.of) {
    before.current = seen.current.known;
    seen.current = { of: messages, known: new Set(messages.map(idOf)) };
  }
  const known = before.current;
  return (message) => known !== null && known.size > 0 && !known.has(idOf(message));
}
