import type { BodyOf, ResetOutcome, resetGroupOffsets } from '@millrace/rest-api/contract';
import { useEffect, useState } from 'react';
import type { Asked } from '../api/ask.ts';
import { type Explained, explain } from '../api/client.ts';
import { counted, exact } from '../format/numbers.ts';
import { momentAt } from '../format/times.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

type ResetBody = NonNullable<BodyOf<typeof resetGroupOffsets>>;
type Target = ResetBody['target'];

interface ResetOffsetsDialogProps {
  readonly group: string;
  readonly topics: readonly string[];
  /** Why it cannot be done now; it can be looked at all the same. */
  readonly obstacle: string | null;
  readonly askOf: (body: ResetBody) => Asked<ResetOutcome>;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const TO = [
  ['earliest', 'the beginning'],
  ['latest', 'the end'],
  ['time', 'a time'],
  ['offset', 'an offset'],
  ['shift', 'so many records back or on'],
] as const;

/** Wait for a pause in typing before the server is asked what would happen. */
const PREVIEW_AFTER_MS = 300;

/** Moves positions of a group, after saying what is read again or never. */
export function ResetOffsetsDialog(props: ResetOffsetsDialogProps) {
  const { group, topics, obstacle, askOf, onDone, onClose } = props;
  const [to, setTo] = useState<Target['to']>('earliest');
  const [value, setValue] = useState('');
  const [topic, setTopic] = useState('');
  const target = targetOf(to, value);
  const body = target === null ? null : { target, ...(topic === '' ? {} : { topics: [{ topic }] }) };
  const preview = usePreview(body, askOf);
  const dummy: ResetBody = body ?? { target: { to: 'latest' } };
  return (
    <ConfirmDialog
      title={`Move the positions of ${group}`}
      act="Move them"
      wide
      asked={askOf(dummy)}
      disabled={obstacle ?? (body === null ? 'It is not said where to' : null)}
      onDone={onDone}
      onClose={onClose}
    >
      {obstacle === null ? null : (
        <p className="wrong-box">Positions can be moved while nobody is in the group: {obstacle}.</p>
      )}
      <div className="field-row">
        <label className="field">
          <span>To</span>
          <select value={to} onChange={(event) => setTo(event.target.value as Target['to'])}>
            {TO.map(([id, title]) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {to === 'earliest' || to === 'latest' ? null : (
          <label className="field">
            <span>{to === 'time' ? 'Time' : to === 'offset' ? 'Offset' : 'Records: -100 is back'}</span>
            <input
              type={to === 'time' ? 'datetime-local' : 'number'}
              step={to === 'time' ? 'any' : 1}
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          </label>
        )}
        <label className="field">
          <span>Topics</span>
          <select value={topic} onChange={(event) => setTopic(event.target.value)}>
            <option value="">all that it reads</option>
            {topics.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      </div>
      <PreviewText preview={preview} />
    </ConfirmDialog>
  );
}

function targetOf(to: Target['to'], value: string): Target | null {
  switch (to) {
    case 'earliest':
    case 'latest':
      return { to };
    case 'offset':
      return /^\d+$/.test(value) ? { to, offset: Number(value) } : null;
    case 'shift':
      return /^-?\d+$/.test(value) ? { to, by: Number(value) } : null;
    case 'time': {
      const timestamp = momentAt(value);
      return timestamp >= 0 ? { to, timestamp } : null;
    }
  }
}

interface PreviewState {
  readonly data: ResetOutcome | null;
  readonly error: Explained | null;
}

function usePreview(body: ResetBody | null, askOf: ResetOffsetsDialogProps['askOf']): PreviewState {
  const [state, setState] = useState<PreviewState>({ data: null, error: null });
  const key = JSON.stringify(body);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all that is asked for.
  useEffect(() => {
    if (body === null) return setState({ data: null, error: null });
    let stale = false;
    const timer = setTimeout(() => {
      askOf({ ...body, preview: true })
        .run()
        .then(
          (data) => stale || setState({ data, error: null }),
          (error: unknown) => stale || setState({ data: null, error: explain(error) }),
        );
    }, PREVIEW_AFTER_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [key]);
  return state;
}

const SHOWN = 12;

function PreviewText({ preview: { data, error } }: { readonly preview: PreviewState }) {
  if (error !== null) return <p className="wrong-text">{error.message}</p>;
  if (data === null) return <p className="quiet">What would happen is said here.</p>;
  const again = data.again === 0 ? null : `${counted(data.again, 'record is', 'records are')} read again`;
  const skipped =
    data.skipped === 0 ? null : `${counted(data.skipped, 'record is', 'records are')} never read`;
  const words = [again, skipped].filter((one) => one !== null);
  return (
    <div aria-live="polite">
      <p>
        <strong>{words.length === 0 ? 'Nothing changes.' : `${words.join(', ')}.`}</strong>
      </p>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Topic</th>
            <th scope="col" className="number">
              Partition
            </th>
            <th scope="col" className="number">
              Now
            </th>
            <th scope="col" className="number">
              Then
            </th>
            <th scope="col" className="number">
              Kept
            </th>
          </tr>
        </thead>
        <tbody>
          {data.changes.slice(0, SHOWN).map((change) => (
            <tr key={`${change.topic} ${change.partition}`}>
              <td>{change.topic}</td>
              <td className="number">{change.partition}</td>
              <td className="number mono">{change.before === null ? '–' : exact(change.before)}</td>
              <td className="number mono">{exact(change.after)}</td>
              <td className="number mono quiet">{`${exact(change.startOffset)} to ${exact(change.endOffset)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.changes.length > SHOWN ? (
        <p className="quiet">and {exact(data.changes.length - SHOWN)} more</p>
      ) : null}
    </div>
  );
}
