/** A position in PostgreSQL's write-ahead log: a byte address of 64 bits. */
export type Lsn = bigint;

/** Reads PostgreSQL's text form, such as `16/B374D848`; null where it is not one. */
export function parseLsn(text: unknown): Lsn | null {
  const parts = typeof text === 'string' ? /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text) : null;
  return parts ? (BigInt(`0x${parts[1]}`) << 32n) | BigInt(`0x${parts[2]}`) : null;
}

/** The one that was asked for last: the records of a transaction share theirs. */
let latest: { readonly lsn: Lsn; readonly text: string } = { lsn: 0n, text: '0/0' };

export function formatLsn(lsn: Lsn): string {
  if (latest.lsn !== lsn) {
    const text = `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
    latest = { lsn, text };
  }
  return latest.text;
}
