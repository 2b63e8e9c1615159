import type { Decoded } from '@millrace/rest-api/contract';
import { bytes } from '../format/numbers.ts';
import { CopyButton } from './copy-button.tsx';
import { BlockValue } from './json-text.tsx';

/** A key or value with how it was decoded. */
export function BytesPart({ title, value }: { readonly title: string; readonly value: Decoded }) {
  const how = value.encoding === 'null' ? '' : `${value.schema ?? value.encoding}, ${bytes(value.sizeBytes)}`;
  return (
    <div>
      <h3>
        {title}
        <span className="small quiet">{how}</span>
        {value.encoding === 'null' ? null : <CopyButton text={value.text} what={title.toLowerCase()} />}
      </h3>
      <BlockValue value={value} />
    </div>
  );
}
