import { expect, test, vi } from 'vitest';
import { KafkaWatch } from './kafka-watch.ts';

type Brokers = readonly { readonly id: number; readonly up: boolean }[];

/** A watch over brokers whose answers are given by hand. */
function watched() {
  let nowMs = 1_000;
  const waiting: { resolve: (brokers: Brokers) => void; reject: (error: Error) => void }[] = [];
  const onChange = vi.fn();
  const watch = new KafkaWatch({
    cluster: {
      brokers: () => new Promise<Brokers>((resolve, reject) => void waiting.push({ resolve, reject })),
    },
    clock: { now: () => ({ wallMs: nowMs, monoMs: nowMs }) },
    onChange,
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    watch,
    onChange,
    asked: () => waiting.length,
    pass: (ms: number) => {
      nowMs += ms;
    },
    async answer(brokers: Brokers) {
      waiting.shift()?.resolve(brokers);
      await settled();
    },
    async refuse() {
      waiting.shift()?.reject(new Error('refused'));
      await settled();
    },
  };
}

const ONE_OF_TWO: Brokers = [
  { id: 1, up: true },
  { id: 2, up: false },
];

test('brokers that answer are counted, and when they did is kept', async () => {
  const { watch, answer, pass } = watched();
  watch.look();
  await answer(ONE_OF_TWO);
  pass(500);
  expect(watch.state()).toEqual({ answers: true, asOfMs: 1_000, brokers: { up: 1, total: 2 } });
});

test('nobody answers where two questions in a row are refused, and that is told at once, as is their return', async () => {
  const { watch, answer, refuse, onChange, asked } = watched();
  watch.look();
  await answer(ONE_OF_TWO);
  watch.look();
  await refuse();
  expect([watch.state().answers, asked()]).toEqual([true, 1]);
  await refuse();
  expect(watch.state()).toEqual({ answers: false, asOfMs: 1_000, brokers: { up: 1, total: 2 } });
  expect(onChange).toHaveBeenCalledTimes(1);
  watch.look();
  await answer(ONE_OF_TWO);
  expect(watch.state().answers).toBe(true);
  expect(onChange).toHaveBeenCalledTimes(2);
});

test('an answer that is long due is none, and is not asked for twice', async () => {
  const { watch, answer, pass, asked } = watched();
  watch.look();
  pass(1_400);
  watch.look();
  expect([watch.state().answers, asked()]).toEqual([true, 1]);
  pass(200);
  expect(watch.state().answers).toBe(false);
  await answer(ONE_OF_TWO);
  expect(watch.state()).toMatchObject({ answers: true, asOfMs: 2_600 });
});
