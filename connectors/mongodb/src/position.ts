import type { SourceOffset } from '@millrace/sdk';
import { BSON, type ResumeToken, Timestamp } from 'mongodb';
import type { Namespace } from './namespace.ts';

/** How far the copy of what was there before is: collections in front of `namespace`, and of it documents up to `after`. */
export interface CopyState {
  readonly namespace: Namespace;
  /** The `_id` of the last document, in a document of its own; left out: none yet. */
  readonly after?: { readonly _id: unknown };
}

/**
 * Where the source is. While it copies, all that was copied is as it stood at `time`, plus the changes up to `token`; afterwards only
 * changes remain, which follow `token`, or `time` where there is none.
 */
export interface Position {
  /** A cluster time: changes up to it, itself included, are covered. Null: the token says all. */
  readonly time: Timestamp | null;
  readonly token: ResumeToken | null;
  readonly copy: CopyState | null;
}

const TIME = /^(\d{1,10}):(\d{1,10})$/;

/** As the offset topic holds it. `_id` is the resume token as text, as MongoDB's own connector stores it. */
export function toOffset({ time, token, copy }: Position): SourceOffset {
  return {
    ...(token !== null && token !== undefined && { _id: BSON.EJSON.stringify(token) }),
    ...(time && { time: timeText(time) }),
    ...(copy && {
      copying: {
        ns: copy.namespace,
        ...(copy.after && { after: BSON.EJSON.stringify(copy.after, { relaxed: false }) }),
      },
    }),
  };
}

/** Null for what is no position of ours or of MongoDB's own connector. */
export function fromOffset(offset: SourceOffset): Position | null {
  const { _id: id, time, copying, ...rest } = offset;
  const known = Object.keys(rest).every((key) => key === 'HEARTBEAT');
  const token = tokenOf(id);
  const at = typeof time === 'string' ? timeOf(time) : null;
  const copy = copyOf(copying);
  if (!known || token === undefined || copy === undefined || (time !== undefined && at === null)) return null;
  if (copy ? at === null : at === null && token === null) return null;
  return { time: at, token, copy };
}

/** In a person's words. */
export function inWords(position: Position): string {
  const at = position.time ?? (position.token ? tokenTime(position.token) : null);
  const when = at
    ? `changes up to ${new Date(secondsOf(at) * 1000).toISOString()}`
    : 'changes up to a resume token';
  if (!position.copy) return when;
  const { namespace, after } = position.copy;
  const where = after ? `up to ${BSON.EJSON.stringify(after, { relaxed: true })}` : 'from its beginning';
  return `copying ${namespace || 'the first collection'} ${where}, ${when}`;
}

/**
 * The cluster time that a resume token begins with: its text is a sortable key of which the first field, type 0x82, is a timestamp.
 * Null for a token in another form.
 */
export function tokenTime(token: ResumeToken): Timestamp | null {
  const data = (token as { _data?: unknown } | null)?._data;
  const match = typeof data === 'string' ? /^82([0-9A-F]{8})([0-9A-F]{8})/i.exec(data) : null;
  if (!match?.[1] || !match[2]) return null;
  return new Timestamp({ t: Number.parseInt(match[1], 16), i: Number.parseInt(match[2], 16) });
}

/** Whether a token stands for a time, and not for a change: the key's third field is 0 then. */
export const isHighWater = (token: ResumeToken): boolean =>
  /^82[0-9A-F]{16}2B0[12]29/i.test(String((token as { _data?: unknown } | null)?._data));

/** Seconds since the epoch. */
export const secondsOf = (time: Timestamp): number => time.getHighBitsUnsigned();

export const timeText = (time: Timestamp): string => `${secondsOf(time)}:${time.getLowBitsUnsigned()}`;

/** `seconds:ordinal`; null for anything else. */
export function timeOf(text: string): Timestamp | null {
  const match = TIME.exec(text);
  if (!match) return null;
  const [t, i] = [Number(match[1]), Number(match[2])];
  return t <= 0xffffffff && i <= 0xffffffff ? new Timestamp({ t, i }) : null;
}

/** Undefined for what is no token; null where there is none. */
function tokenOf(id: unknown): ResumeToken | null | undefined {
  if (id === undefined) return null;
  if (typeof id !== 'string') return undefined;
  try {
    // Beside its text a token may hold bytes, which tell a 1 from a 1.0 in a document's key.
    const token: unknown = BSON.EJSON.parse(id, { relaxed: false });
    return typeof token === 'object' && token !== null && '_data' in token ? token : undefined;
  } catch {
    return undefined;
  }
}

function copyOf(copying: unknown): CopyState | null | undefined {
  if (copying === undefined) return null;
  const { ns, after } = (copying ?? {}) as { ns?: unknown; after?: unknown };
  if (typeof ns !== 'string') return undefined;
  if (after === undefined) return { namespace: ns };
  try {
    const parsed = BSON.EJSON.parse(String(after), { relaxed: false }) as { _id?: unknown };
    return '_id' in parsed ? { namespace: ns, after: { _id: parsed._id } } : undefined;
  } catch {
    return undefined;
  }
}
