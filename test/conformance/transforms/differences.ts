import type { Answer, TransformCase } from './oracle.ts';

const message = (answer: Answer): string => ('error' in answer ? answer.error : '');

/** Where we differ from Kafka on purpose. The README of the transforms lists them. */
export const differences: readonly {
  readonly reason: string;
  readonly covers: (test: TransformCase, mine: Answer, theirs: Answer) => boolean;
}[] = [
  {
    reason: "numbers in Java's hexadecimal notation are no numbers to Cast",
    covers: (test) => test.type.startsWith('Cast$') && test.what.includes('0x1p3'),
  },
  {
    reason: 'SetSchemaMetadata takes schemas of every type; Kafka 4.3 fails for all but structs',
    covers: (test, _mine, theirs) =>
      test.type.startsWith('SetSchemaMetadata') &&
      message(theirs).includes('Cannot list fields on non-struct type'),
  },
  {
    reason: "a date without a schema can be written here, and not by Kafka's JsonConverter",
    covers: (_test, _mine, theirs) =>
      message(theirs).includes('class java.util.Date does not have corresponding schema'),
  },
  {
    reason: 'dates before 1582 are Gregorian here, and Julian in Java',
    covers: (test) =>
      ['"20-02-09"', '"-5-02-09"', '"BC 0044"'].some((text) => test.what.startsWith(`${text} read`)),
  },
  {
    reason: "an inferred empty map can be written here, and not by Kafka's JsonConverter",
    covers: (test, _mine, theirs) =>
      test.what === 'the value {}' && message(theirs).startsWith('NullPointerException'),
  },
  {
    reason:
      'fields are dropped by a header also where a deletion becomes a tombstone; Debezium 3.7 fails there',
    covers: (_test, _mine, theirs) => message(theirs).includes('Schema.fields()" because "schema" is null'),
  },
];
