import { type BodyOf, type Decoded, produceMessages } from '@millrace/rest-api/contract';
import { type RefObject, useRef, useState } from 'react';
import { ask } from '../api/ask.ts';
import { indented } from '../format/json-tokens.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

type Sent = BodyOf<typeof produceMessages>['messages'][number]['value'];
type Encoding = 'json' | 'text' | 'base64' | 'hex';

/** A message that the new one is to be like. */
export interface MessageLike {
  readonly key: Decoded;
  readonly value: Decoded;
  readonly headers: readonly { readonly key: string; readonly value: Decoded }[];
  readonly partition: number;
}

interface ProduceDialogProps {
  readonly topic: string;
  readonly like?: MessageLike;
  readonly onClose: () => void;
}

/** Sends a message: typed in, or one that was read before, changed or not. */
export function ProduceDialog({ topic, like, onClose }: ProduceDialogProps) {
  const [key, setKey] = useState(() => draftOf(like?.key));
  const [value, setValue] = useState(() => draftOf(like?.value));
  const [headers, setHeaders] = useState(() => headerLines(like));
  const [partition, setPartition] = useState('');
  const [sent, setSent] = useState<string | null>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const headerTrouble = headerProblem(headers);
  const problem =
    problemOf(key, 'key') ??
    problemOf(value, 'value') ??
    headerTrouble ??
    partitionProblem(partition) ??
    (isEmptyJson(value) ? 'It has no value: type one, or choose none (tombstone)' : null);
  const cut = like !== undefined && (like.key.truncated || like.value.truncated);
  const asked = ask(produceMessages, {
    params: { topic },
    body: {
      messages: [
        {
          key: sentOf(key),
          value: sentOf(value),
          headers: headersOf(headers),
          ...(partition === '' ? {} : { partition: Number(partition) }),
        },
      ],
    },
  });
  return (
    <ConfirmDialog
      title={`Send a message to ${topic}`}
      act="Send"
      wide
      typeIn={text}
      asked={asked}
      disabled={problem ?? (cut ? 'It was cut when it was read: it would be sent so' : null)}
      onDone={(answer) => {
        const [one] = answer.sent;
        setSent(one === undefined ? 'Sent.' : `Sent: partition ${one.partition}, offset ${one.offset}.`);
      }}
      onClose={onClose}
    >
      <DraftField label="Key" draft={key} onChange={setKey} rows={2} />
      <DraftField label="Value" draft={value} onChange={setValue} rows={9} area={text} />
      <div className="field-row">
        <label className="field">
          <span>Headers, one a line, as name: value</span>
          <textarea
            className="mono"
            rows={2}
            value={headers}
            onChange={(event) => setHeaders(event.target.value)}
          />
          {headerTrouble === null ? null : <span className="wrong-text">{headerTrouble}</span>}
        </label>
        <label className="field narrow">
          <span>Partition</span>
          <input
            type="text"
            inputMode="numeric"
            placeholder="by key"
            value={partition}
            onChange={(event) => setPartition(event.target.value.trim())}
          />
        </label>
      </div>
      <p role="status" className="done-text">
        {sent}
      </p>
    </ConfirmDialog>
  );
}

interface Draft {
  readonly encoding: Encoding | 'null';
  readonly text: string;
}

function DraftField(props: {
  readonly label: string;
  readonly draft: Draft;
  readonly rows: number;
  readonly area?: RefObject<HTMLTextAreaElement | null>;
  readonly onChange: (draft: Draft) => void;
}) {
  const { label, draft, rows, onChange } = props;
  const encodings: readonly (readonly [Draft['encoding'], string])[] = [
    ['json', 'JSON'],
    ['text', 'text'],
    ['base64', 'base64'],
    ['hex', 'hex'],
    ['null', label === 'Value' ? 'none (tombstone)' : 'none'],
  ];
  const problem = problemOf(draft, label.toLowerCase());
  return (
    <div className="field">
      <span className="field-head">
        <label htmlFor={`draft-${label}`}>{label}</label>
        <select
          aria-label={`${label} is`}
          value={draft.encoding}
          onChange={(event) => onChange({ ...draft, encoding: event.target.value as Draft['encoding'] })}
        >
          {encodings.map(([id, title]) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
        {problem === null ? null : <span className="wrong-text">{problem}</span>}
      </span>
      <textarea
        id={`draft-${label}`}
        ref={props.area}
        className="mono"
        rows={rows}
        disabled={draft.encoding === 'null'}
        value={draft.encoding === 'null' ? '' : draft.text}
        onChange={(event) => onChange({ ...draft, text: event.target.value })}
      />
    </div>
  );
}

function draftOf(value: Decoded | undefined): Draft {
  if (value === undefined) return { encoding: 'json', text: '' };
  if (value.encoding === 'null') return { encoding: 'null', text: '' };
  if (value.encoding === 'avro') return { encoding: 'json', text: indented(value.text) };
  return { encoding: value.encoding, text: value.encoding === 'json' ? indented(value.text) : value.text };
}

function headerLines(like: MessageLike | undefined): string {
  return (like?.headers ?? []).map(({ key, value }) => `${key}: ${value.text}`).join('\n');
}

function sentOf({ encoding, text }: Draft): Sent {
  return encoding === 'null' || isEmptyJson({ encoding, text }) ? null : { encoding, text };
}

/** Of a key that means none; of a value it is not said whether a tombstone is meant. */
const isEmptyJson = ({ encoding, text }: Draft) => encoding === 'json' && text.trim() === '';

function headersOf(lines: string): { key: string; value: Sent }[] {
  return filled(lines).map((line) => {
    const at = line.indexOf(':');
    return { key: line.slice(0, at).trim(), value: { encoding: 'text', text: line.slice(at + 1).trim() } };
  });
}

function headerProblem(lines: string): string | null {
  const wrong = filled(lines).find((line) => line.indexOf(':') <= 0);
  return wrong === undefined ? null : `The header “${wrong.trim()}” is no name: value`;
}

const filled = (lines: string) => lines.split('\n').filter((line) => line.trim() !== '');

function problemOf({ encoding, text }: Draft, what: string): string | null {
  if (encoding === 'json' && text.trim() !== '') {
    try {
      JSON.parse(text);
    } catch {
      return `The ${what} is no JSON`;
    }
  }
  if (encoding === 'hex' && !/^(?:[0-9a-f]{2}\s*)*$/i.test(text)) return `The ${what} is no hex`;
  if (encoding === 'base64' && !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return `The ${what} is no base64`;
  return null;
}

function partitionProblem(text: string): string | null {
  return text === '' || /^\d+$/.test(text) ? null : 'The partition is a number';
}
