import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SubmittedRecords } from './submitted-records.ts';

test('an unacknowledged record holds back what is behind it in its partition, and nothing in others', () => {
  const records = new SubmittedRecords<number>();
  const [first, second, third] = [1, 2, 3].map((offset) => records.submit('p', offset));
  const other = records.submit('q', 7);
  records.acknowledge(second!);
  records.acknowledge(other);
  expect(records.takeCommittable()).toEqual(new Map([['q', 7]]));
  records.acknowledge(first!);
  expect(records.takeCommittable()).toEqual(new Map([['p', 2]]));
  expect(records.takeCommittable()).toEqual(new Map());
  records.acknowledge(third!);
  records.acknowledge(third!);
  expect(records.takeCommittable()).toEqual(new Map([['p', 3]]));
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
      const records = new SubmittedRecords<number>();
      const sent: { partition: string; acknowledged: boolean; handle: ReturnType<typeof records.submit> }[] =
        [];
      const committed = new Map<string, number>();
      for (const step of all) {
        if (step.act === 'submit') {
          const handle = records.submit(step.partition, sent.length);
          sent.push({ partition: step.partition, acknowledged: false, handle });
        } else if (step.act === 'acknowledge') {
          const one = sent[step.which % Math.max(1, sent.length)];
          if (!one) continue;
          one.acknowledged = true;
          records.acknowledge(one.handle);
        } else for (const [partition, offset] of records.takeCommittable()) committed.set(partition, offset);
      }
      for (const [partition, offset] of records.takeCommittable()) committed.set(partition, offset);
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
