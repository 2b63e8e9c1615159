import {
  contains,
  type ResolvedField,
  type ResolvedStructure,
  type ResolvedType,
} from '@millrace/protocol/testing';
import type { Dice } from './dice.ts';
import { BATCHES } from './mad-batches.ts';
import type { ToldValues } from './told-values.ts';

const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';
/** Elements of all arrays of a request together. */
const ELEMENTS_MAX = 1_000;
/** Those of one that is made to be long: whoever searches it for each of its elements is found out. */
const MANY = 20_000;

const TOPICS = ['mad', 'mad-1', 'mad.2', 'mad_2', 'nobody', '__consumer_offsets', '__share_group_state'];
const GROUPS = ['mad-group', 'mad-share', 'mad-consumer', ''];
const MEMBERS = ['', 'm1', 'm2', 'm3'];
const TRANSACTIONS = ['mad-transaction', 'mad-transaction-2', ''];
const REGEXES = ['.*', 'mad.*', '(a+)+b', '(', '[', '\\', ''];
/** By the names of fields; the first that matches. */
const BY_NAME: readonly (readonly [RegExp, readonly string[]])[] = [
  [/regex|pattern/i, REGEXES],
  [/group|coordinatorKeys?|^key$/i, [...GROUPS, ...TRANSACTIONS]],
  [/member|instance/i, MEMBERS],
  [/transactional/i, TRANSACTIONS],
  [/topic|^name$|resourceName|^user$/i, TOPICS],
];
const WORDS: readonly string[] = [
  ...TOPICS,
  ...['', ' ', '.', '..', '../../etc/passwd', 'a/b', 'a b', '\0', '\ud800', 'ä', '漢字', '🦀'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'undefined', 'NaN', '-1', '1e308'],
  ...['n'.repeat(249), 'n'.repeat(250), 'x'.repeat(5_000)],
  ...['retention.ms', 'cleanup.policy', 'segment.bytes', 'max.message.bytes', 'flush.messages'],
  ...['consumer.session.timeout.ms', 'share.auto.offset.reset', 'interval.ms', 'match', 'compact', 'delete'],
  ...['delete,compact', '0', '1', '604800000', 'earliest', 'true', 'client_id=.*'],
  ...['consumer', 'share', 'range', 'uniform', 'simple', 'Stable', 'Empty', 'Ongoing', 'Dead'],
  ...['user', 'client-id', 'ip', '10.0.0.1', 'request_percentage', 'producer_byte_rate', 'ann'],
  ...['metadata.version', 'transaction.version', 'group.version', 'share.version', 'nobody.version'],
];

const WHOLE = [-1, 0, 0, 1, 1, 2, 3, 5, 7, 100];
const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  int8: [...WHOLE, -2, 16, 127, -128],
  int16: [...WHOLE, -2, 32_767, -32_768],
  uint16: [0, 1, 9092, 65_535],
  int32: [...WHOLE, -2, 65_536, 0x7fffffff, -0x80000000],
  uint32: [0, 1, 0xffffffff],
  int64: [...WHOLE, -2, -3, -4, -5, 1_700_000_000_000, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER],
  float64: [-1, 0, 1, 0.5, 1e308, -1e308, 5e-324, Number.POSITIVE_INFINITY, Number.NaN],
};
/** Who waits for long says nothing; who makes thousands of logs is not mad but expensive. */
const NUMBERS_BY_NAME: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^(?:numPartitions|count)$/, [-1, 0, 1, 2, 3, 4, 20_001, 0x7fffffff]],
  [/^replicationFactor$/, [-1, 1, 1, 0, 2, 32_767]],
  [/^sessionTimeoutMs$/, [6_000, 6_000, 45_000, 0, -1, 0x7fffffff]],
  [/WaitMs$|imeoutMs$/, [0, 0, 1, 10, 20, -1, 0x7fffffff]],
  [/^(?:replicas|brokerIds|leaderId|replicaId)$/, [1, 1, 1, 0, -1, 2, 0x7fffffff]],
];

const BYTES = [
  Buffer.alloc(0),
  Buffer.from([0, 1, 0, 0, 0, 1, 0, 3, 0x6d, 0x61, 0x64, 0, 0, 0, 0]),
  Buffer.from([0, 0, 0, 0, 0, 0]),
  Buffer.from([0x7f, 0xff, 0xff, 0xff]),
  Buffer.alloc(300, 0xff),
];

/** Values of the fields of messages, as their schemas have them: well-formed, and nothing more. */
export class MadValues {
  readonly #dice: Dice;
  readonly #told: ToldValues;
  #elementsLeft = 0;
  #isMany = false;

  constructor(dice: Dice, told: ToldValues) {
    this.#dice = dice;
    this.#told = told;
  }

  /** @param isMany the first array of structures or strings gets very long */
  body(message: ResolvedStructure, version: number, isMany = false): Record<string, unknown> {
    this.#elementsLeft = ELEMENTS_MAX;
    this.#isMany = isMany;
    return this.#structure(message, version);
  }

  #structure({ fields }: ResolvedStructure, version: number): Record<string, unknown> {
    const carried = fields.filter(
      ({ range, tag }) => contains(range, version) && (tag === null || this.#dice.chance(0.6)),
    );
    return Object.fromEntries(carried.map((field) => [field.name, this.#field(field, version)]));
  }

  #field({ name, type, nullable }: ResolvedField, version: number): unknown {
    if (!this.#isMany && contains(nullable, version) && this.#dice.chance(0.2)) return null;
    return this.#value(type, name, version);
  }

  #value(type: ResolvedType, name: string, version: number): unknown {
    switch (type.kind) {
      case 'structure':
        return this.#structure(type.structure, version);
      case 'array':
        return this.#array(type, name, version);
      case 'primitive':
        return this.#primitive(type.primitive, name);
    }
  }

  #array({ element }: Extract<ResolvedType, { kind: 'array' }>, name: string, version: number): unknown[] {
    if (this.#isMany) return this.#many(element, name, version);
    const dice = this.#dice;
    const wanted = dice.chance(0.15) ? 0 : dice.chance(0.6) ? 1 : dice.chance(0.9) ? 2 : dice.below(200);
    const items: unknown[] = [];
    while (items.length < wanted && this.#elementsLeft > 0) {
      this.#elementsLeft -= 1;
      // What stands twice is what nobody thinks of.
      const isRepeated = items.length > 0 && dice.chance(0.2);
      items.push(isRepeated ? items.at(-1) : this.#value(element, name, version));
    }
    return items;
  }

  /** All of them different, as far as their type goes. */
  #many(element: ResolvedType, name: string, version: number): unknown[] {
    this.#isMany = false;
    const isText = element.kind === 'primitive' && element.primitive === 'string';
    return Array.from({ length: MANY }, (_, index) => {
      if (isText) return `many-${index}`;
      const made = this.#value(element, name, version);
      if (typeof made !== 'object' || made === null || Buffer.isBuffer(made)) return made;
      const first = Object.entries(made).find(([, value]) => typeof value === 'string');
      const isId = first?.[0].endsWith('Id') === true && first[0] !== 'memberId' && first[0] !== 'groupId';
      return first === undefined || isId ? made : { ...made, [first[0]]: `many-${index}` };
    });
  }

  #primitive(primitive: string, name: string): unknown {
    const dice = this.#dice;
    const told = this.#told.of(name);
    switch (primitive) {
      case 'bool':
        return dice.chance(0.5);
      case 'string':
        return this.#text(name, told);
      case 'uuid':
        return this.#uuid(told);
      case 'bytes':
        return dice.pick(BYTES);
      case 'records':
        return dice.chance(0.9) ? dice.pick(BATCHES) : dice.pick(BYTES);
      default:
        return this.#number(primitive, name, told);
    }
  }

  #text(name: string, told: readonly unknown[]): string {
    const dice = this.#dice;
    const known = told.filter((value) => typeof value === 'string');
    if (known.length > 0 && dice.chance(0.4)) return dice.pick(known);
    const [, words = WORDS] = BY_NAME.find(([pattern]) => pattern.test(name)) ?? [];
    return dice.pick(dice.chance(0.75) ? words : WORDS);
  }

  #uuid(told: readonly unknown[]): string {
    const dice = this.#dice;
    const known = told.filter((value) => typeof value === 'string');
    if (known.length > 0 && dice.chance(0.7)) return dice.pick(known);
    if (dice.chance(0.3)) return ZERO_UUID;
    return Buffer.from(Array.from({ length: 16 }, () => dice.below(256))).toString('base64url');
  }

  #number(primitive: string, name: string, told: readonly unknown[]): number {
    const dice = this.#dice;
    const [, special] = NUMBERS_BY_NAME.find(([pattern]) => pattern.test(name)) ?? [];
    if (special !== undefined) return dice.pick(special);
    const all = NUMBERS[primitive] ?? WHOLE;
    const most = Math.max(...all.filter(Number.isFinite));
    const known = told.filter((value) => typeof value === 'number' && Math.abs(value) <= most);
    if (known.length > 0 && dice.chance(0.5)) return dice.pick(known) as number;
    return dice.pick(all);
  }
}
