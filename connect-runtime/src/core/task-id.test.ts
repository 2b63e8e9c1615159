import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTaskKey, taskKey } from './task-id.ts';

test('a key reads back as the task it names', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), (connector, task) => {
      expect(parseTaskKey(taskKey({ connector, task }))).toEqual({ connector, task });
    }),
  );
});

test.each(['', 'a', '-0', 'a-', 'a-x', 'a-1x'])('%s is no task', (key) => {
  expect(parseTaskKey(key)).toBe(null);
});
