import { MillraceError } from '@millrace/foundation';
import { expect, test } from 'vitest';
import { Ipc } from './ipc.ts';

type Calls = {
  add: { body: readonly number[]; result: number };
  fail: { body: null; result: null };
  slip: { body: null; result: null };
  hang: { body: null; result: null };
  missing: { body: null; result: null };
};

function pair() {
  const events: unknown[] = [];
  const ears: ((message: unknown) => void)[] = [];
  const port = (mine: number, other: number) => ({
    send: (message: unknown) => queueMicrotask(() => ears[other]?.(structuredClone(message))),
    onMessage: (listener: (message: unknown) => void) => {
      ears[mine] = listener;
    },
  });
  const served = {
    calls: {
      add: (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0),
      fail: () => {
        throw new MillraceError('no', { code: 'NO', class: 'auth', hint: 'yes', path: 'x' });
      },
      slip() {
        (undefined as unknown as object).toString();
      },
      hang: () => new Promise(() => undefined),
    },
    event: (name: string, body: never) => void events.push([name, body]),
  };
  new Ipc(port(1, 0), served);
  const asking = new Ipc<Calls, { told: string }>(port(0, 1), { calls: {}, event: () => undefined });
  return { asking, events, hear: (message: unknown) => ears[0]?.(message) };
}

test('a call is answered, and many at once each by their own answer', async () => {
  const { asking } = pair();
  const sums = await Promise.all([asking.call('add', [1, 2], 1_000), asking.call('add', [3], 1_000)]);
  expect(sums).toEqual([3, 3]);
  expect(asking.pending).toBe(0);
});

test('what the other side throws arrives as it was, with the place it was thrown at', async () => {
  const error: MillraceError = await pair()
    .asking.call('fail', null, 1_000)
    .then(
      () => expect.fail('must be refused'),
      (refused) => refused,
    );
  expect(error.report()).toEqual({ code: 'NO', class: 'auth', message: 'no', hint: 'yes', path: 'x' });
  expect(error.stack).toContain('ipc.test.ts');
});

test('what is no error of ours comes with where it was thrown, and what to do', async () => {
  const error: MillraceError = await pair()
    .asking.call('slip', null, 1_000)
    .then(
      () => expect.fail('must be refused'),
      (refused) => refused,
    );
  expect(error.report()).toMatchObject({ code: 'PLUGIN_THREW', class: 'bug', hint: expect.any(String) });
  expect(error.stack).toContain('at slip (');
});

test('an unknown method is refused', async () => {
  await expect(pair().asking.call('missing', null, 1_000)).rejects.toMatchObject({
    code: 'IPC_UNKNOWN_METHOD',
  });
});

test('a call that is not answered ends at its time limit, and holds nothing back', async () => {
  const { asking } = pair();
  await expect(asking.call('hang', null, 20)).rejects.toMatchObject({
    code: 'TASK_HOST_TIMEOUT',
    class: 'transient',
  });
  expect(asking.pending).toBe(0);
});

test('what can not be sent is refused at once', async () => {
  const { asking } = pair();
  const ipc = new Ipc<Calls, Record<string, never>>(
    {
      send: (message) => void structuredClone(message),
      onMessage: () => undefined,
    },
    { calls: {}, event: () => undefined },
  );
  const body = [() => 1] as unknown as readonly number[];
  await expect(ipc.call('add', body, 60_000)).rejects.toMatchObject({ code: 'IPC_NOT_SENT' });
  expect(ipc.pending).toBe(0);
  expect(asking.pending).toBe(0);
});

test('closing ends every call with the reason, also later ones', async () => {
  const { asking } = pair();
  const waiting = asking.call('hang', null, 60_000);
  const reason = new Error('the host is gone');
  asking.close(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(asking.call('add', [], 1_000)).rejects.toBe(reason);
});

test('events arrive without an answer', async () => {
  const { asking, events } = pair();
  asking.emit('told', 'hello');
  await asking.call('add', [], 1_000);
  expect(events).toEqual([['told', 'hello']]);
});

test('messages of nobody are passed over', async () => {
  const { asking, hear } = pair();
  for (const message of [null, 7, 'text', {}, { kind: 'unknown' }, { kind: 'result', id: 99, body: 1 }])
    hear(message);
  expect(await asking.call('add', [1], 1_000)).toBe(1);
});
