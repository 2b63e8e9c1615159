import { type Binary, BSON, type Decimal128, type Long, type ObjectId } from 'mongodb';

/**
 * How BSON becomes JSON: `relaxed` and `canonical` are Extended JSON v2, `strict` its first version as Java's drivers wrote it, and
 * `plain` has texts for what JSON lacks, which can't be told from other texts any more.
 */
export const jsonModes = ['relaxed', 'canonical', 'strict', 'plain'] as const;
export type JsonMode = (typeof jsonModes)[number];

/** Whether numbers must come typed from the driver. */
export const needsTypedNumbers = (mode: JsonMode): boolean => mode === 'canonical' || mode === 'strict';

/** A BSON value as plain JSON values; integers beyond 2^53 as bigint. */
export function toJson(value: unknown, mode: JsonMode): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return numberJson(value, mode);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => toJson(item, mode));
  if (value instanceof Date) return dateJson(value, mode);
  const type: unknown = (value as { _bsontype?: unknown })._bsontype;
  if (typeof type === 'string') return leaf(type, value, mode);
  const json: Record<string, unknown> = {};
  for (const key in value) json[key] = toJson((value as Record<string, unknown>)[key], mode);
  return json;
}

function numberJson(value: number, mode: JsonMode): unknown {
  if (mode === 'canonical') return BSON.EJSON.serialize(value as never, { relaxed: false });
  return Number.isFinite(value) ? value : { $numberDouble: String(value) };
}

function dateJson(value: Date, mode: JsonMode): unknown {
  const ms = value.getTime();
  if (mode === 'strict') return { $date: ms };
  const inRange = ms >= 0 && value.getUTCFullYear() <= 9999;
  if (mode === 'plain') return value.toISOString();
  return mode === 'relaxed' && inRange
    ? { $date: value.toISOString() }
    : { $date: { $numberLong: String(ms) } };
}

function leaf(type: string, value: object, mode: JsonMode): unknown {
  switch (type) {
    case 'ObjectId': {
      const hex = (value as ObjectId).toHexString();
      return mode === 'plain' ? hex : { $oid: hex };
    }
    case 'Long':
      return longJson(value as Long, mode);
    case 'Int32':
    case 'Double': {
      const number = Number((value as { value: number }).value);
      return mode === 'canonical'
        ? BSON.EJSON.serialize(value as never, { relaxed: false })
        : numberJson(number, mode);
    }
    case 'Decimal128': {
      const text = (value as Decimal128).toString();
      return mode === 'plain' ? text : { $numberDecimal: text };
    }
    case 'Binary':
      return binaryJson(value as Binary, mode);
    case 'BSONRegExp': {
      const { pattern, options } = value as { pattern: string; options: string };
      return mode === 'strict'
        ? { $regex: pattern, $options: options }
        : { $regularExpression: { pattern, options } };
    }
    default:
      return BSON.EJSON.serialize(value as never, { relaxed: mode !== 'canonical' });
  }
}

function longJson(value: Long, mode: JsonMode): unknown {
  if (mode === 'canonical' || mode === 'strict') return { $numberLong: value.toString() };
  const number = value.toNumber();
  return Number.isSafeInteger(number) ? number : value.toBigInt();
}

function binaryJson(value: Binary, mode: JsonMode): unknown {
  const base64 = value.toString('base64');
  const subType = value.sub_type.toString(16).padStart(2, '0');
  if (mode === 'strict') return { $binary: base64, $type: subType };
  if (mode !== 'plain') return { $binary: { base64, subType } };
  return value.sub_type === 4 ? value.toUUID().toString() : base64;
}
