import { expect, test } from 'vitest';
import { acknowledgementProblem } from './acknowledged-batches.ts';

const batch = (firstOffset: number, lastOffset: number, ...types: number[]) => ({
  firstOffset,
  lastOffset,
  types,
});

test('batches that contradict themselves are refused', () => {
  expect(acknowledgementProblem([batch(0, 4, 1), batch(5, 6, 1, 2)])).toBeNull();
  for (const batches of [
    [batch(4, 3, 1)],
    [batch(0, 4)],
    [batch(0, 4, 1, 1)],
    [batch(0, 0, 5)],
    [batch(0, 0, -1)],
    [batch(-2, 0, 1)],
    [batch(0, 4, 1), batch(4, 5, 2)],
    [batch(5, 6, 1), batch(0, 1, 1)],
  ])
    expect(acknowledgementProblem(batches), JSON.stringify(batches)).not.toBeNull();
});
