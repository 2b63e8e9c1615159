import type { Decoded } from '@millrace/rest-api/contract';
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
  const text = oneLine(value.text.slice(0, ROW_CHARACTERS));
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

/** A key or value in full, indented where it is JSON. */
export function BlockValue({ value }: { readonly value: Decoded }) {
  if (value.encoding === 'null') return <p className="faint">null</p>;
  if (value.text === '') return <p className="faint">empty</p>;
  return (
    <>
      {value.failure === undefined ? null : <p className="wrong-text small">{value.failure}</p>}
      <pre className="json">{isJson(value) ? <Coloured text={indented(value.text)} /> : value.text}</pre>
      {value.truncated ? <p className="small quiet">Cut: {bytes(value.sizeBytes)} in full.</p> : null}
    </>
  );
}

const isJson = ({ encoding }: Decoded) => encoding === 'json' || encoding === 'avro';
