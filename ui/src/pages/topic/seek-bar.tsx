import { readMessages, tailMessages } from '@millrace/rest-api/contract';
import { type InputHTMLAttributes, useEffect, useState } from 'react';
import { ask } from '../../api/ask.ts';
import { AsCommand } from '../../components/as-command.tsx';
import { Choice } from '../../components/filter-field.tsx';
import { momentAt, momentField } from '../../format/times.ts';
import { setInQuery, useInQuery } from '../../router.tsx';
import { FORMATS, type Look, lookQuery, readQuery } from './look.ts';

interface SeekBarProps {
  readonly topic: string;
  readonly look: Look;
  readonly partitions: number | null;
  readonly live: boolean;
  readonly frozen: boolean;
  readonly onFreeze: () => void;
}

const SEEKS = [
  { value: 'oldest', title: 'the oldest' },
  { value: 'offset', title: 'an offset' },
  { value: 'time', title: 'a time' },
] as const;

/** From where, of which partition, what is looked for, how it is decoded; live or not. */
export function SeekBar({ topic, look, partitions, live, frozen, onFreeze }: SeekBarProps) {
  const partitionOptions = Array.from({ length: Math.min(partitions ?? 0, 1_000) }, (_, index) => ({
    value: String(index),
    title: String(index),
  }));
  const formats = FORMATS.slice(1).map((one) => ({ value: one, title: one }));
  return (
    <div className="tools seek">
      {live ? null : (
        <>
          <Choice label="From" name="from" all="the newest" options={SEEKS} />
          {look.from === 'offset' ? <OffsetField /> : null}
          {look.from === 'time' ? <TimeField /> : null}
        </>
      )}
      {(partitions ?? 0) > 1 || look.partition !== '' ? (
        <Choice label="Partition" name="partition" all="all" options={partitionOptions} />
      ) : null}
      <MessageFilter />
      <Choice label="Key as" name="key" all="auto" options={formats} />
      <Choice label="Value as" name="value" all="auto" options={formats} />
      <ColumnField />
      <span className="end acts">
        <button type="button" aria-pressed={frozen} onClick={onFreeze} title="Key: .">
          {frozen ? 'Frozen' : 'Freeze'}
        </button>
        <button
          type="button"
          className={live ? 'live-on' : ''}
          aria-pressed={live}
          onClick={() => setInQuery({ live: live ? null : '1', from: null, open: null })}
        >
          {live ? 'Live' : 'Go live'}
        </button>
        <AsCommand
          acts={[
            { label: 'Read them', asked: ask(readMessages, { params: { topic }, query: readQuery(look) }) },
            {
              label: 'As they come',
              asked: ask(tailMessages, { params: { topic }, query: lookQuery(look) }),
            },
          ]}
        />
      </span>
    </div>
  );
}

/** A text as the address holds it, and as a field shows it. */
interface Shown {
  readonly show: (value: string) => string;
  readonly read: (text: string) => string;
}

const AS_IT_IS: Shown = { show: (value) => value, read: (text) => text };

/** A moment: the address holds it in UTC, the field shows it in the zone of all moments. */
const MOMENT: Shown = {
  show: (value) => momentField(Date.parse(value)),
  read: (text) => {
    const atMs = momentAt(text);
    return Number.isNaN(atMs) ? '' : new Date(atMs).toISOString();
  },
};

/** Taken when Enter is pressed or the field is left: each change is a search. */
function useDraft(
  name: string,
  { show, read }: Shown = AS_IT_IS,
): readonly [string, (text: string) => void, () => void] {
  const [value, setValue] = useInQuery(name);
  const shown = show(value);
  const [draft, setDraft] = useState(shown);
  useEffect(() => setDraft(shown), [shown]);
  return [
    draft,
    setDraft,
    () => {
      if (draft !== shown) setValue(read(draft));
    },
  ];
}

function MessageFilter() {
  const [draft, setDraft, take] = useDraft('filter');
  return (
    <input
      type="search"
      className="message-filter mono"
      aria-label="Filter messages"
      placeholder={'Filter: word, or value.total > 100  /'}
      title="A word that key, value or headers contain, or an expression. Enter looks."
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
    />
  );
}

function OffsetField() {
  return <SeekField label="Offset" type="number" min={0} step={1} draft={useDraft('offset')} />;
}

function TimeField() {
  return <SeekField label="Time" type="datetime-local" step="any" draft={useDraft('time', MOMENT)} />;
}

interface SeekFieldProps extends Pick<InputHTMLAttributes<HTMLInputElement>, 'type' | 'min' | 'step'> {
  readonly label: string;
  readonly draft: ReturnType<typeof useDraft>;
}

function SeekField({ label, draft: [draft, setDraft, take], ...input }: SeekFieldProps) {
  return (
    <label className="choice">
      <span className="unseen">{label}</span>
      <input
        {...input}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
        }}
      />
    </label>
  );
}

/** Fields of the value that have columns of their own. */
function ColumnField() {
  const [draft, setDraft, take] = useDraft('columns');
  return (
    <label className="choice">
      <span>Columns</span>
      <input
        type="text"
        className="mono"
        size={14}
        placeholder="total, user.town"
        title="Fields of the value that get columns of their own, with commas between"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
        }}
      />
    </label>
  );
}
