import type { Preview } from '@millrace/rest-api/contract';
import { useState } from 'react';
import { counted } from '../format/numbers.ts';
import { doingOf } from '../format/preview-steps.ts';
import { Link } from '../router.tsx';
import { JsonBlock } from './json-text.tsx';

type PreviewedRecord = Preview['records'][number];
type ShownRecord = PreviewedRecord['after'][number];

/** Records before and after, what each step changed, the topics and changes that are planned. */
export function PreviewView({ preview }: { readonly preview: Preview }) {
  const [at, setAt] = useState(0);
  const record = preview.records[Math.min(at, preview.records.length - 1)];
  return (
    <div className="preview">
      {preview.error === null ? null : (
        <p className="wrong-box">
          {preview.error.message} {preview.error.hint ?? ''}
        </p>
      )}
      <Effects preview={preview} />
      {preview.withoutRecords === null ? null : <p className="quiet">{preview.withoutRecords}</p>}
      {record === undefined ? null : (
        <>
          <fieldset className="sample-picker">
            <legend>{counted(preview.records.length, 'record')} read</legend>
            {preview.records.map((one, index) => (
              <button
                // biome-ignore lint/suspicious/noArrayIndexKey: samples have no name but their place.
                key={index}
                type="button"
                aria-pressed={one === record}
                aria-label={`Record ${index + 1}${fateOf(one) === '' ? '' : `, ${fateOf(one)}`}`}
                className={fateOf(one)}
                onClick={() => setAt(index)}
              >
                {index + 1}
              </button>
            ))}
          </fieldset>
          <RecordJourney record={record} />
        </>
      )}
    </div>
  );
}

/** What became of a record, in a word; empty where it simply came out. */
function fateOf({ error, after }: PreviewedRecord): string {
  if (error !== null) return 'failed';
  return after.length === 0 ? 'dropped' : '';
}

function Effects({ preview }: { readonly preview: Preview }) {
  const made = preview.topics.filter(({ exists }) => !exists);
  const known = preview.topics.filter(({ exists }) => exists);
  return (
    <ul className="effects">
      {made.map(({ name, purpose }) => (
        <li key={name}>
          makes the topic <code>{name}</code> for {purpose}
        </li>
      ))}
      {known.map(({ name, purpose }) => (
        <li key={name}>
          {preview.type === 'sink' && purpose === 'records' ? 'reads' : 'writes to'}{' '}
          <Link to={{ page: 'topic', name }}>{name}</Link>
        </li>
      ))}
      {(preview.plan ?? []).map(({ what, statement }) => (
        <li key={`${what} ${statement ?? ''}`}>
          {what}
          {statement === undefined ? null : <pre>{statement}</pre>}
        </li>
      ))}
    </ul>
  );
}

function RecordJourney({ record }: { readonly record: PreviewedRecord }) {
  return (
    <ol className="journey">
      {record.before === null ? null : (
        <li>
          <h3>
            {record.readFrom === null
              ? 'As it was read'
              : `As it was read from ${record.readFrom.topic}, partition ${record.readFrom.partition}, offset ${record.readFrom.offset}`}
          </h3>
          <RecordView record={record.before} />
        </li>
      )}
      {record.steps.map((step) => (
        <li key={step.name} className={step.records.length === 0 ? 'dropped' : undefined}>
          <h3>
            {step.name}
            <span className="quiet">{` ${doingOf(step)}`}</span>
          </h3>
          <Differences differences={step.differences} />
        </li>
      ))}
      {record.error === null ? null : (
        <li>
          <p className="wrong-box">
            {record.error.message} {record.error.hint ?? ''}
          </p>
        </li>
      )}
      {record.after.map((after, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what comes out of one record has no name but its place.
        <li key={index}>
          <h3>
            As it goes on{after.topic === record.before?.topic ? '' : ` to ${after.topic}`}
            <span className="quiet">{sizesOf(record, index)}</span>
          </h3>
          <RecordView record={after} />
        </li>
      ))}
      {record.more === undefined ? null : (
        <li className="quiet">and {counted(record.more, 'record')} more</li>
      )}
    </ol>
  );
}

function sizesOf({ sizes }: PreviewedRecord, index: number): string {
  const size = sizes[index];
  return size === undefined ? '' : ` key ${size.keyBytes} B, value ${size.valueBytes} B`;
}

function RecordView({ record }: { readonly record: ShownRecord }) {
  return (
    <div className="record-view">
      <span className="record-label">key</span>
      <JsonBlock text={record.key.text} />
      <span className="record-label">value</span>
      <JsonBlock text={record.value.text} />
    </div>
  );
}

function Differences({ differences }: Pick<PreviewedRecord['steps'][number], 'differences'>) {
  if (differences.length === 0) return null;
  return (
    <table className="plain-table differences">
      <thead className="unseen">
        <tr>
          <th>Field</th>
          <th>Before</th>
          <th>After</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ op, path, before, after }) => (
          <tr key={`${op} ${path}`}>
            <td className="mono">{path}</td>
            <td className="mono">{before === undefined ? null : <del>{before}</del>}</td>
            <td className="mono">{after === undefined ? null : <ins>{after}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
