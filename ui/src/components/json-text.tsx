import type { Decoded } from '@millrace/rest-api/contract';
import { payloadOf } from '../format/connect-envelope.ts';
import { indented, jsonTokens, oneLine } from '../format/json-tokens.ts';
import { bytes } from '../format/numbers.ts';

/** Characters of a value that a row shows; more than fits into any. */
const ROW_CHARACTERS = 400;

function Coloured({ text }: { readonly text: string }) {
  let at = 0;
  return jsonTokens(text).map((token) => {
    const key = at;
    at += token.text.length;
    if (token.kind === 'mark') return <span key={key}>{token.text}</span>;
    return (
      <span key={key} className={`json-${token.kind}`}>
        {token.text}
      </span>
    );
  });
}

/** A key or value on one line. */
export function InlineValue({ value }: { readonly value: Decoded }) {
  if (value.encoding === 'null') return <span className="faint">null</span>;
  if (value.text === '') return <span className="faint">empty</span>;
  // What the schema says is the same in all rows.
  const shown = isJson(value) ? (payloadOf(value.text) ?? value.text) : value.text;
  const text = oneLine(shown.slice(0, ROW_CHARACTERS));
  if (isJson(value)) return <Coloured text={text} />;
  if (value.encoding === 'base64' || value.encoding === 'hex')
    return <span className="quiet">{`${bytes(value.sizeBytes)} binary: ${text}`}</span>;
  return text;
}

/** JSON text, indented and coloured. */
export function JsonBlock({ text }: { readonly text: string }) {
  return (
    <pre className="json">
      <Coloured text={indented(text)} />
    </pre>
  );
}

/** The payload alone where a schema is around it; that is a click away. */
function JsonOrEnvelope({ text }: { readonly text: string }) {
  const payload = payloadOf(text);
  if (payload === null) return <JsonBlock text={text} />;
  return (
    <>
      <JsonBlock text={payload} />
      <details className="fold">
        <summary>With its schema</summary>
        <JsonBlock text={text} />
      </details>
    </>
  );
}

/** A key or value in full, indented where it is JSON. */
export function BlockValue({ value }: { readonly value: Decoded }) {
  if (value.encoding === 'null') return <p className="faint">null</p>;
  if (value.text === '') return <p className="faint">empty</p>;
  return (
    <>
      {value.failure === undefined ? null : <p className="wrong-text small">{value.failure}</p>}
      {isJson(value) ? <JsonOrEnvelope text={value.text} /> : <pre className="json">{value.text}</pre>}
      {value.truncated ? <p className="small quiet">Cut: {bytes(value.sizeBytes)} in full.</p> : null}
    </>
  );
}

const isJson = ({ encoding }: Decoded) => encoding === 'json' || encoding === 'avro';
