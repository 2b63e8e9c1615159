import { expect, test } from 'vitest';
import { ChangeTurns } from './change-turns.ts';

/** Jobs that say when they begin, and end when they are told to. */
function jobs() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const job = (name: string) => () => {
    begun.push(name);
    const end = Promise.withResolvers<string>();
    ends.set(name, end);
    return end.promise;
  };
  return { begun, ends, job };
}

/** As many turns of the loop as anything that is free to begin takes. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('a change waits for those of its own connector, and for no other', async () => {
  const turns = new ChangeTurns();
  const { begun, ends, job } = jobs();
  const first = turns.take('a', job('a1'));
  void turns.take('a', job('a2'));
  void turns.take('b', job('b1'));
  await settle();
  expect(begun).toEqual(['a1', 'b1']);
  ends.get('a1')!.resolve('done');
  expect(await first).toBe('done');
  await settle();
  expect(begun).toEqual(['a1', 'b1', 'a2']);
});

test('a change that failed holds up none behind it', async () => {
  const turns = new ChangeTurns();
  const { begun, ends, job } = jobs();
  const first = turns.take('a', job('a1'));
  void turns.take('a', job('a2'));
  await settle();
  ends.get('a1')!.reject(new Error('refused'));
  await expect(first).rejects.toThrow('refused');
  await settle();
  expect(begun).toEqual(['a1', 'a2']);
});

test('a change of all waits for all, and all that come later wait for it', async () => {
  const turns = new ChangeTurns();
  const { begun, ends, job } = jobs();
  void turns.take('a', job('a1'));
  void turns.take('b', job('b1'));
  void turns.takeAll(job('all'));
  void turns.take('a', job('a2'));
  void turns.take('c', job('c1'));
  await settle();
  expect(begun).toEqual(['a1', 'b1']);
  ends.get('a1')!.resolve('');
  await settle();
  expect(begun).toEqual(['a1', 'b1']);
  ends.get('b1')!.resolve('');
  await settle();
  expect(begun).toEqual(['a1', 'b1', 'all']);
  ends.get('all')!.resolve('');
  await settle();
  expect(begun).toEqual(['a1', 'b1', 'all', 'a2', 'c1']);
});
