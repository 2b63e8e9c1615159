import { readFileSync } from 'node:fs';
import * as client from '@millrace/client';
import { expect, test } from 'vitest';
import { eventually, startMillraceBroker } from '../support/index.ts';

const README = new URL('../../client/README.md', import.meta.url);
const IMPORT = /^import \{[^}]*\} from '@millrace\/client';\n/;
const PATIENCE_MS = 60_000;
const AsyncFunction = (async () => undefined).constructor as new (
  ...args: string[]
) => (...values: unknown[]) => Promise<void>;

/** The README's examples, in their order, as functions of what they leave to the reader. */
function examples(): ((reader: object) => Promise<void>)[] {
  const blocks = [...readFileSync(README, 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
  return blocks.map((block) => {
    expect(block).toMatch(IMPORT);
    const code = block.replace(IMPORT, '').replace(/^const bootstrapServers = .*\n/m, '');
    return (reader) => {
      const scope = { ...client, ...reader };
      return new AsyncFunction(...Object.keys(scope), code)(...Object.values(scope));
    };
  });
}

/** A signal and a process that the examples wait for. */
class Ending {
  readonly #abort = new AbortController();
  readonly #handlers: (() => unknown)[] = [];
  readonly stopping = this.#abort.signal;
  readonly process = { once: (_signal: string, handler: () => unknown) => this.#handlers.push(handler) };

  end(): void {
    this.#abort.abort();
    for (const handler of this.#handlers) void handler();
  }
}

test('the examples of the README do what it says', async () => {
  const broker = await startMillraceBroker();
  const { bootstrapServers } = broker;
  const admin = client.createAdmin({ bootstrapServers });
  try {
    const [reading, paying, queueing, crowding, ...others] = examples();
    expect(others).toEqual([]);
    const values = Array.from({ length: 20 }, (_, index) => Buffer.from(`order ${index}`));
    const handled: string[] = [];
    const first = new Ending();
    await reading?.({
      ...{ bootstrapServers, values, stopping: first.stopping },
      report: (error: Error) => expect.unreachable(String(error)),
      handle: async ({ value }: client.ConsumerRecord) => {
        handled.push(String(value));
        if (handled.length === 21) first.end();
      },
    });
    expect(handled.toSorted()).toEqual([...values.map(String), '{"paid":true}'].toSorted());
    const total = (offsets: readonly { offset: number }[]) =>
      offsets.reduce((sum, { offset }) => sum + offset, 0);
    expect(total(await admin.groupOffsets('billing'))).toBe(21);

    await admin.createTopics([
      { name: 'bills', partitions: 1 },
      { name: 'jobs', partitions: 2 },
    ]);
    const second = new Ending();
    const billed = paying?.({
      ...{ bootstrapServers, stopping: second.stopping },
      bill: ({ value }: client.ConsumerRecord) => ({ topic: 'bills', key: null, value }),
    });
    await eventually(async () => total(await admin.groupOffsets('bills')) === 21, {
      what: 'all orders to be billed',
      timeoutMs: PATIENCE_MS,
    });
    second.end();
    await billed;
    expect(await admin.listOffsets([{ topic: 'bills', partition: 0 }], 'latest')).not.toEqual([0]);

    const producer = client.createProducer({ bootstrapServers });
    await producer.send(values.map((value) => ({ topic: 'jobs', key: null, value })));
    const third = new Ending();
    const worked: string[] = [];
    await queueing?.({
      ...{ bootstrapServers, process: third.process },
      isPassing: (error: Error) => error.message === 'passes',
      work: async ({ value, deliveryCount }: client.ShareRecord) => {
        if (String(value) === 'order 3' && deliveryCount === 1) throw new Error('passes');
        if (String(value) === 'order 4') throw new Error('does not pass');
        worked.push(String(value));
        if (worked.length === 19) third.end();
      },
    });
    expect(worked.toSorted()).toEqual(
      values
        .map(String)
        .filter((value) => value !== 'order 4')
        .toSorted(),
    );

    await producer.send(values.map((value) => ({ topic: 'jobs', key: null, value })));
    await producer.close();
    const fourth = new Ending();
    const again = new Set<string>();
    const crowded = crowding?.({
      ...{ bootstrapServers, process: fourth.process },
      work: async ({ value }: client.ShareRecord) => void again.add(String(value)),
    });
    await eventually(
      async () =>
        (await admin.shareGroupOffsets('workers')).every(({ lag }) => lag === 0) && again.size === 20,
      { what: 'all jobs to be done', timeoutMs: PATIENCE_MS },
    );
    fourth.end();
    await crowded;
  } finally {
    await admin.close();
    await broker.stop();
  }
});
