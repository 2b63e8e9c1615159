import { requireConfig } from '@millrace/foundation';
import { expect } from 'vitest';
import type { SinkConnector } from '../plugin.ts';
import { readAt, type SinkRecord } from '../record.ts';
import type { Entry, SinkDriver, SinkPlace } from './driver.ts';
import type { InPlace, Stage } from './promise.ts';
import { SinkHarness } from './sink-harness.ts';

/** The name that harnesses give their tasks. */
const OF = { connector: 'acceptance' };
const CALL_MS = 30_000;
/** Ids of topics, in Kafka's form. */
const ID = 'q8l0Xyo1Rv6HIsO6QUoDwg';
const OTHER_ID = '-K3xMgsFTVq4x0cd5ZrR_A';

const [A, B, C] = ['a', 'b', 'c'].map((value) => ({ key: 'k', value })) as [Entry, Entry, Entry];

/** Of a sink that keeps offsets in its target. */
export function exactSinkPromises(
  test: InPlace<SinkPlace>,
  connector: SinkConnector,
  { exactlyOnce: options }: SinkDriver,
): void {
  if (!connector.exactlyOnce) return;
  const skip = options ? undefined : 'the driver names no options with which it writes exactly once';
  const exact = (name: string, body: (bench: ExactBench) => Promise<void>) =>
    test(
      name,
      (place, stage) =>
        body(new ExactBench(connector, { ...place, options: { ...place.options, ...options } }, stage)),
      skip,
    );
  repeatPromises(exact);
  topicPromises(exact);
  fencePromises(exact);
}

class ExactBench {
  readonly connector: SinkConnector;
  readonly place: SinkPlace;
  readonly #stage: Stage;

  constructor(connector: SinkConnector, place: SinkPlace, stage: Stage) {
    this.connector = connector;
    this.place = place;
    this.#stage = stage;
  }

  get config() {
    return requireConfig(this.connector.config, this.place.options);
  }

  /** A task that was given the partitions of these records. */
  async start(records: readonly SinkRecord[], topicId: string | null = null): Promise<SinkHarness> {
    const task = new SinkHarness(this.connector, this.place.options);
    this.#stage.cleanup(() => task.stop());
    await task.start();
    const partitions = new Map(records.map(readAt).map((at) => [`${at.topic} ${at.partition}`, at]));
    await task.open([...partitions.values()].map((at) => ({ ...at, topicId })));
    return task;
  }

  batch(all: readonly Entry[], from = 0): readonly SinkRecord[] {
    return all.map((entry, index) => this.place.record(entry, { partition: 0, offset: from + index }));
  }

  async last(): Promise<Entry | undefined> {
    return (await this.place.contents()).at(-1);
  }
}

type Exact = (name: string, body: (bench: ExactBench) => Promise<void>) => void;

function repeatPromises(exact: Exact): void {
  exact('says that it writes exactly once', async ({ connector, config }) => {
    expect(connector.exactlyOnce?.(config)).toBe(true);
  });

  // A later state must not be overwritten by an earlier one that comes again.
  exact('passes over records that it has written, in whatever batches they come again', async (bench) => {
    const all = bench.batch([A, B]);
    const first = await bench.start(all);
    await first.write(all);
    await first.write(all.slice(0, 1));
    const second = await bench.start(all);
    await second.write(all.slice(0, 1));
    expect(await bench.last()).toEqual(B);
    await second.write([...all, ...bench.batch([C], 2)]);
    expect(await bench.last()).toEqual(C);
  });

  // What a transform made of the topic says nothing of where the record was read.
  exact('keeps offsets by where records were read', async (bench) => {
    const [one, other] = bench.batch([A, B]) as [SinkRecord, SinkRecord];
    const at = (record: SinkRecord, topic: string, offset: number): SinkRecord => ({
      ...record,
      ...{ offset: 0, origin: { topic, partition: 0, offset } },
    });
    const task = await bench.start([at(one, 'one', 7), at(other, 'other', 3)]);
    await task.write([at(one, 'one', 7), at(other, 'other', 3)]);
    expect(await bench.last()).toEqual(B);
    await task.write([at(one, 'other', 2)]);
    expect(await bench.last()).toEqual(B);
    await task.write([at(one, 'one', 8)]);
    expect(await bench.last()).toEqual(A);
  });
}

function topicPromises(exact: Exact): void {
  exact('takes a topic that was made anew for another one, from its first record on', async (bench) => {
    const all = bench.batch([A, B]);
    const before = await bench.start(all, ID);
    await before.write(all);
    const same = await bench.start(all, ID);
    await same.write(all.slice(0, 1));
    expect(await bench.last()).toEqual(B);
    const anew = await bench.start(all, OTHER_ID);
    await anew.write(bench.batch([C]));
    expect(await bench.last()).toEqual(C);
    // From here on it is this one that offsets are about.
    await anew.write(all.slice(0, 1));
    const again = await bench.start(all, OTHER_ID);
    await again.write(all.slice(0, 1));
    expect(await bench.last()).toEqual(C);
    await again.write(bench.batch([B], 1));
    expect(await bench.last()).toEqual(B);
  });

  // What a broker says that has not heard of it yet must not count.
  exact('keeps the offset of a topic as long as nothing of another one is written', async (bench) => {
    const all = bench.batch([A, B]);
    const before = await bench.start(all, ID);
    await before.write(all);
    await bench.start(all, OTHER_ID);
    const again = await bench.start(all, ID);
    await again.write(all.slice(0, 1));
    expect(await bench.last()).toEqual(B);
  });

  exact('keeps a position that somebody sets, whichever topic it was kept of', async (bench) => {
    const { connector, config } = bench;
    const all = bench.batch([A, B]);
    const before = await bench.start(all, ID);
    await before.write(all);
    await connector.alterOffsets?.(config, [{ topic: all[0]?.topic ?? '', partition: 0, offset: 1 }], OF);
    const after = await bench.start(all, OTHER_ID);
    await after.write(bench.batch([C]));
    expect(await bench.last()).toEqual(B);
    await after.write(bench.batch([C], 1));
    expect(await bench.last()).toEqual(C);
  });
}

function fencePromises(exact: Exact): void {
  exact('lets nobody write whose partitions somebody else was given', async (bench) => {
    const all = bench.batch([A]);
    const dead = await bench.start(all);
    await dead.write(all);
    const alive = await bench.start(all);
    for (let times = 2; times > 0; times--)
      await expect(dead.write(bench.batch([B], 1))).rejects.toMatchObject({ class: 'transient' });
    expect(await bench.last()).toEqual(A);
    await alive.write(bench.batch([C], 1));
    expect(await bench.last()).toEqual(C);
  });

  exact('goes on where somebody sets it, and from the beginning after a reset', async (bench) => {
    const { connector, config } = bench;
    const all = bench.batch([A, B]);
    const topic = all[0]?.topic ?? '';
    const before = await bench.start(all);
    await before.write(all);
    expect(await connector.alterOffsets?.(config, [{ topic, partition: 0, offset: 1 }], OF)).toBe(true);
    await expect(before.write(bench.batch([C], 2))).rejects.toMatchObject({ class: 'transient' });
    const second = await bench.start(all);
    await second.write(bench.batch([C], 0));
    expect(await bench.last()).toEqual(B);
    await second.write(bench.batch([C], 1));
    expect(await bench.last()).toEqual(C);
    const signal = AbortSignal.timeout(CALL_MS);
    await connector.forget?.(config, { ...OF, because: 'offsets reset', signal });
    const third = await bench.start(all);
    await third.write(all.slice(0, 1));
    expect(await bench.last()).toEqual(A);
  });
}
