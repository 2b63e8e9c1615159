import type { Message, TailEvent } from '@millrace/rest-api/contract';
import { expect, test } from 'vitest';
import { droppedOf, NO_TAIL, TAIL_KEPT_MAX, type TailStep, tailAfter, tailRates } from './tail-state.ts';

const message = (offset: number) => ({ partition: 0, offset }) as Message;

const event = (messages: readonly Message[], more: Partial<TailEvent> = {}): TailEvent => ({
  ...{ atMs: 0, messages: [...messages], seen: messages.length, matched: messages.length, dropped: 0 },
  ...more,
});

const after = (...steps: readonly TailStep[]) => steps.reduce(tailAfter, NO_TAIL);
const came = (atMs: number, told: TailEvent): TailStep => ({ kind: 'messages', atMs, event: told });

test('the newest come first, and no more are kept than can be looked at', () => {
  const many = Array.from({ length: TAIL_KEPT_MAX }, (_, offset) => message(offset));
  const { messages } = after(came(0, event(many)), came(1, event([message(500), message(501)])));
  expect(messages).toHaveLength(TAIL_KEPT_MAX);
  expect(messages.slice(0, 3).map(({ offset }) => offset)).toEqual([501, 500, 499]);
});

test('rates are those of the last seconds, and fall to nothing where nothing comes any more', () => {
  const tail = after(
    { kind: 'began', atMs: 0 },
    came(1_000, event([], { seen: 100, matched: 10 })),
    came(9_000, event([], { seen: 400, matched: 50 })),
  );
  expect(tailRates(tail, 10_000)).toEqual({ seen: 80, matched: 10 });
  expect(tailRates(tail, 20_000)).toEqual({ seen: 0, matched: 0 });
  const young = after({ kind: 'began', atMs: 0 }, came(500, event([], { seen: 40, matched: 40 })));
  expect(tailRates(young, 2_000).seen).toBe(20);
});

test('frozen, what comes is counted; what does not fit by the time it goes on was dropped, and is said to be', () => {
  const frozen = after(came(0, event([message(0)])), { kind: 'frozen', frozen: true });
  const some = tailAfter(frozen, came(1, event([message(1), message(2)])));
  expect([some.unseen, droppedOf(some)]).toEqual([2, 0]);
  const many = Array.from({ length: TAIL_KEPT_MAX }, (_, offset) => message(3 + offset));
  const full = tailAfter(some, came(2, event(many)));
  expect([full.unseen, droppedOf(full)]).toEqual([TAIL_KEPT_MAX + 2, 2]);
  const goesOn = tailAfter(
    tailAfter(full, { kind: 'frozen', frozen: false }),
    came(3, event([message(999)])),
  );
  expect([goesOn.unseen, droppedOf(goesOn)]).toEqual([0, 2]);
});

test('what the server dropped before the connection broke off is not forgotten, nor that it broke off', () => {
  const tail = after(
    { kind: 'began', atMs: 0 },
    came(1, event([], { dropped: 7 })),
    { kind: 'broke', problem: 'The live tail broke off.' },
    { kind: 'broke', problem: 'The live tail broke off.' },
  );
  expect([tail.breaks, tail.problem]).toEqual([1, 'The live tail broke off.']);
  const again = tailAfter(tailAfter(tail, { kind: 'began', atMs: 5 }), came(6, event([], { dropped: 3 })));
  expect([droppedOf(again), again.breaks, again.problem]).toEqual([10, 1, null]);
});
