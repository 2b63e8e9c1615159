import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SubmittedRecords } from './submitted-records.ts';

type Records = SubmittedRecords<{ readonly of: string }, number>;
const newRecords = (): Records => new SubmittedRecords();
const at = (key: string) => ({ key, partition: { of: key } });
const committable = (of: string, offset: number) => new Map([[of, { partition: { of }, offset }]]);

test('an unacknowledged record holds back what is behind it in its partition, and nothing in others', () => {
  const records = newRecords();
  const [first, second, third] = [1, 2, 3].map((offset) => records.submit(at('p'), offset));
  const other = records.submit(at('q'), 7);
  records.acknowledge('p', second!);
  records.acknowledge('q', other);
  expect(records.takeCommittable()).toEqual(committable('q', 7));
  records.acknowledge('p', first!);
  expect(records.takeCommittable()).toEqual(committable('p', 2));
  expect(records.takeCommittable()).toEqual(new Map());
  records.acknowledge('p', third!);
  records.acknowledge('p', third!);
  expect(records.takeCommittable()).toEqual(committable('p', 3));
  expect(records.unacknowledged).toBe(0);
});

test('in whatever order records are acknowledged, the committable offset is the end of the acknowledged prefix', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ act: fc.constant('submit' as const), partition: fc.constantFrom('p', 'q', 'r') }),
      fc.record({ act: fc.constant('acknowledge' as const), which: fc.nat() }),
      fc.record({ act: fc.constant('take' as const) }),
    ),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const records = newRecords();
      const sent: { partition: string; acknowledged: boolean; handle: number }[] = [];
      const committed = new Map<string, number>();
      for (const step of all) {
        if (step.act === 'submit') {
          const handle = records.submit(at(step.partition), sent.length);
          sent.push({ partition: step.partition, acknowledged: false, handle });
        } else if (step.act === 'acknowledge') {
          const one = sent[step.which % Math.max(1, sent.length)];
          if (!one) continue;
          one.acknowledged = true;
          records.acknowledge(one.partition, one.handle);
        } else for (const [key, { offset }] of records.takeCommittable()) committed.set(key, offset);
      }
      for (const [key, { offset }] of records.takeCommittable()) committed.set(key, offset);
      for (const partition of ['p', 'q', 'r']) {
        let expected: number | undefined;
        for (const [offset, one] of sent.entries()) {
          if (one.partition !== partition) continue;
          if (!one.acknowledged) break;
          expected = offset;
        }
        expect(committed.get(partition)).toBe(expected);
      }
      expect(records.unacknowledged).toBe(sent.filter((one) => !one.acknowledged).length);
    }),
  );
});

test('a record gives its bytes back once, also when its queue has come again', () => {
  const records = newRecords();
  const first = records.submit(at('p'), 1, 10);
  expect(records.acknowledge('p', first)).toBe(10);
  const second = records.submit(at('p'), 2, 0);
  expect(records.acknowledge('p', first)).toBeNull();
  expect(records.takeCommittable()).toEqual(committable('p', 1));
  expect(records.acknowledge('p', second)).toBe(0);
  expect(records.acknowledge('p', second)).toBeNull();
  expect(records.takeCommittable()).toEqual(committable('p', 2));
});

test('thousands under way in a long queue are told apart', () => {
  const records = newRecords();
  const numbers = Array.from({ length: 10_000 }, (_, offset) => records.submit(at('p'), offset, offset));
  const last = records.submit(at('p'), 10_000);
  for (const [offset, number] of numbers.entries()) {
    expect(records.acknowledge('p', number)).toBe(offset);
    expect(records.takeCommittable()).toEqual(committable('p', offset));
  }
  expect(records.acknowledge('p', numbers[9_999]!)).toBeNull();
  expect(records.unacknowledged).toBe(1);
  records.acknowledge('p', last);
  expect(records.takeCommittable()).toEqual(committable('p', 10_000));
});
