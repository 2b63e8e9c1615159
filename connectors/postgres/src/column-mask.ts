import { createHash } from 'node:crypto';
import type { ColumnType } from './type-map.ts';

/** What hides or shortens the texts of a column. */
export type ColumnMask =
  | { readonly kind: 'truncate' | 'stars'; readonly length: number }
  | {
      readonly kind: 'hash';
      readonly algorithm: string;
      readonly salt: string;
      /** 1: over the text as Java serializes it, as Debezium's first version of hashes is; 2: over the text. */
      readonly version: 1 | 2;
    };

/** A column of text as its mask leaves it; others stay, since stars are no value of theirs. */
export function masked(type: ColumnType, mask: ColumnMask): ColumnType {
  const { schema, parse } = type;
  if (schema.type !== 'string') return type;
  const hidden = { ...schema, parameters: { ...schema.parameters, masked: 'true' } };
  switch (mask.kind) {
    case 'truncate': {
      const parameters = { ...schema.parameters, truncateLength: String(mask.length) };
      return {
        schema: { ...schema, parameters },
        parse: (text) => String(parse(text)).slice(0, mask.length),
      };
    }
    case 'stars': {
      const stars = '*'.repeat(mask.length);
      return { schema: hidden, parse: () => stars, whenNull: stars };
    }
    case 'hash':
      return { schema: hidden, parse: (text) => hashed(String(parse(text)), mask) };
  }
}

function hashed(text: string, mask: Extract<ColumnMask, { kind: 'hash' }>): string {
  const bytes = Buffer.from(text, 'utf8');
  const hash = createHash(mask.algorithm).update(mask.salt, 'utf8');
  if (mask.version === 1) hash.update(serializedHead(bytes.length));
  return hash.update(bytes).digest('hex');
}

/** What Java's serialization puts before the bytes of a text: stream header, type, length of 2 bytes, or of 8 beyond 64 KiB. */
function serializedHead(length: number): Buffer {
  const isLong = length > 0xffff;
  const head = Buffer.alloc(isLong ? 13 : 7);
  head.writeUInt32BE(0xaced0005, 0);
  head.writeUInt8(isLong ? 0x7c : 0x74, 4);
  if (isLong) head.writeBigUInt64BE(BigInt(length), 5);
  else head.writeUInt16BE(length, 5);
  return head;
}
