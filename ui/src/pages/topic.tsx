import { type Message, readMessages } from '@millrace/rest-api/contract';
import { type KeyboardEvent, useCallback, useRef, useState } from 'react';
import { call } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { InlineValue } from '../components/json-text.tsx';
import { MessageDrawer } from '../components/message-drawer.tsx';
import { useNowMs } from '../components/moment.tsx';
import { Failure, Notice } from '../components/notice.tsx';
import { SkeletonRows } from '../components/skeleton-rows.tsx';
import { compact, counted, exact } from '../format/numbers.ts';
import { absolute, recordTime, timeOfDay } from '../format/times.ts';
import { useKey } from '../keys.ts';
import { Link } from '../router.tsx';

const REFRESH_MS = 1_000;
const LIMIT = 50;
const COLUMNS = 5;

const idOf = (message: Message) => `${message.partition}/${message.offset}`;

/** The newest messages of a topic, alive until they are frozen. */
export function TopicPage({ name }: { readonly name: string }) {
  const [frozen, setFrozen] = useState(false);
  const [open, setOpen] = useState<Message | null>(null);
  const load = (signal: AbortSignal) =>
    call(readMessages, { params: { topic: name }, query: { limit: LIMIT }, signal });
  const { data, error, asOfMs } = useLoaded(name, load, frozen ? null : REFRESH_MS);
  const kept = useRef(data);
  // A thaw reads anew: until that is here, what was frozen stays.
  if (data !== null && !(frozen && kept.current !== null)) kept.current = data;
  const shown = kept.current;
  const turn = useCallback(() => setFrozen((before) => !before), []);
  const close = useCallback(() => setOpen(null), []);
  useKey('.', turn);
  useKey('Escape', close);
  if (shown === null && error !== null) {
    return (
      <Failure error={error}>
        <Link to={{ name: 'topics' }}>To the topics</Link>
      </Failure>
    );
  }
  return (
    <>
      <Head name={name} partitions={shown?.partitions ?? null} />
      <div className="tools">
        <h2>Newest messages</h2>
        <button type="button" aria-pressed={frozen} onClick={turn} title="Key: .">
          {frozen ? 'Frozen' : 'Freeze'}
        </button>
        <span className="small quiet" role="status">
          {frozen && asOfMs !== null ? `as of ${timeOfDay(asOfMs)}` : 'refreshed every second'}
          {error === null ? null : `, ${error.message}`}
        </span>
      </div>
      {shown !== null && shown.messages.length === 0 ? (
        <Notice title="Nothing in this topic yet">
          <p className="quiet">Messages appear here as they are written.</p>
        </Notice>
      ) : (
        <MessageTable
          messages={shown?.messages ?? null}
          dim={error !== null}
          selected={open === null ? null : idOf(open)}
          onOpen={setOpen}
        />
      )}
      {open === null ? null : <MessageDrawer topic={name} message={open} onClose={close} />}
    </>
  );
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
}

function Head({ name, partitions }: { readonly name: string; readonly partitions: readonly Range[] | null }) {
  const { pipelines } = useLive();
  const users = [...(pipelines?.values() ?? [])].filter((pipeline) => pipeline.topics.includes(name));
  const records = partitions?.reduce((sum, range) => sum + range.endOffset - range.startOffset, 0) ?? 0;
  return (
    <div className="head">
      <h1>
        <span className="crumb">
          <Link to={{ name: 'topics' }}>Topics</Link> /{' '}
        </span>
        {name}
      </h1>
      <div className="facts">
        {partitions === null ? null : (
          <>
            <span>{counted(partitions.length, 'partition')}</span>
            <span title={`${exact(records)} records`}>{compact(records)} records</span>
          </>
        )}
        {users.map((pipeline) => (
          <span key={pipeline.name}>
            {pipeline.type === 'sink' ? 'read by ' : 'written by '}
            <Link to={{ name: 'connector', connector: pipeline.name }}>{pipeline.name}</Link>
          </span>
        ))}
      </div>
    </div>
  );
}

interface MessageTableProps {
  readonly messages: readonly Message[] | null;
  readonly dim: boolean;
  readonly selected: string | null;
  readonly onOpen: (message: Message) => void;
}

function MessageTable({ messages, dim, selected, onOpen }: MessageTableProps) {
  const nowMs = useNowMs();
  const fresh = useFresh(messages);
  return (
    <div className={`scroll live ${dim ? 'dimmed' : ''}`}>
      <table className="records">
        <thead>
          <tr>
            <th className="tight">Time</th>
            <th className="tight number" title="Partition">
              P
            </th>
            <th className="tight number">Offset</th>
            <th className="tight">Key</th>
            <th>Value</th>
          </tr>
        </thead>
        <tbody>
          {messages === null ? (
            <SkeletonRows columns={COLUMNS} rows={8} />
          ) : (
            messages.map((message) => (
              <Row
                key={idOf(message)}
                message={message}
                fresh={fresh(message)}
                nowMs={nowMs}
                selected={selected === idOf(message)}
                onOpen={onOpen}
              />
            ))
          )}
        </tbody>
      </table>
    </div>
  );
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
  return (message) => known !== null && !known.has(idOf(message));
}

interface RowProps {
  readonly message: Message;
  readonly fresh: boolean;
  readonly nowMs: number;
  readonly selected: boolean;
  readonly onOpen: (message: Message) => void;
}

function Row({ message, fresh, nowMs, selected, onOpen }: RowProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') onOpen(message);
  };
  return (
    <tr
      data-row
      tabIndex={0}
      className={fresh ? 'fresh' : undefined}
      aria-selected={selected}
      onClick={() => onOpen(message)}
      onKeyDown={onKeyDown}
    >
      <td className="tight mono" title={absolute(message.timestamp)}>
        {recordTime(message.timestamp, nowMs)}
      </td>
      <td className="tight number mono">{message.partition}</td>
      <td className="tight number mono">{message.offset}</td>
      <td className="tight mono key">
        <InlineValue value={message.key} />
      </td>
      <td className="wide mono">
        <InlineValue value={message.value} />
      </td>
    </tr>
  );
}
