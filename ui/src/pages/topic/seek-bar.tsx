import { useEffect, useState } from 'react';
import { Choice } from '../../components/filter-field.tsx';
import { setInQuery, useInQuery } from '../../router.tsx';
import { FORMATS, type Look } from './look.ts';

interface SeekBarProps {
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
export function SeekBar({ look, partitions, live, frozen, onFreeze }: SeekBarProps) {
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
          {look.from === 'offset' ? <SeekField name="offset" label="Offset" kind="number" /> : null}
          {look.from === 'time' ? <SeekField name="time" label="Time" kind="datetime-local" /> : null}
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
      </span>
    </div>
  );
}

/** Taken when Enter is pressed or the field is left: each change is a search. */
function useDraft(name: string): readonly [string, (text: string) => void, () => void] {
  const [value, setValue] = useInQuery(name);
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);
  return [
    draft,
    setDraft,
    () => {
      if (draft !== value) setValue(draft);
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
      placeholder={'Filter: word, or value.total > 100 and key ~ "eu-"  /'}
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

function SeekField({
  name,
  label,
  kind,
}: {
  readonly name: string;
  readonly label: string;
  readonly kind: string;
}) {
  const [draft, setDraft, take] = useDraft(name);
  return (
    <label className="choice">
      <span className="unseen">{label}</span>
      <input
        type={kind}
        min={0}
        step={kind === 'number' ? 1 : 'any'}
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
        placeholder="total, customer.town"
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
