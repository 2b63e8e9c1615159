import type { ConsumerRecord, ProducerRecord } from '@millrace/client';
import { MillraceError, pause, silentLogger, systemRandom } from '@millrace/foundation';
import type { SinkRecord } from '@millrace/sdk';
import { describe, expect, test } from 'vitest';
import { errorPolicyOf } from '../../../plugins/error-config.ts';
import { TaskCounters } from '../task-counters.ts';
import { Retry } from './retry.ts';
import { SinkWriter } from './sink-writer.ts';
import { Tolerance } from './tolerance.ts';

test('the status says why a batch is tried again, until it is written', async () => {
  const said: (string | undefined)[] = [];
  let tries = 0;
  const { run, counters } = newWriter(() => {
    said.push(counters.row(0).notices[0]);
    if (++tries < 3)
      throw new MillraceError(`No answer ${tries}.`, { code: 'AWAY', class: 'transient', hint: 'Look.' });
  });
  await run('a');
  said.push(counters.row(0).notices[0]);
  const of = (answer: number) =>
    `A batch could not be written, and is tried again. No answer ${answer}. Look.`;
  expect(said).toEqual([undefined, of(1), of(2), undefined]);
});

type Write = (
  values: readonly unknown[],
  context: { reject: SinkWriter['reject'] },
  batch: readonly SinkRecord[],
) => unknown;

const tolerant = { 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'dead' };

function newWriter(
  write: Write,
  config: Record<string, string> = tolerant,
  more: { mayBisect?: boolean; keepsOffsets?: boolean } = {},
) {
  const id = { connector: 'c', task: 0 };
  const counters = new TaskCounters(id);
  const policy = errorPolicyOf({ 'errors.retry.delay.max.ms': '1', ...config });
  const letters: ProducerRecord[] = [];
  const writes: unknown[][] = [];
  const acknowledged: number[] = [];
  const retry = new Retry({
    ...policy,
    random: systemRandom,
    signal: new AbortController().signal,
    wait: pause,
    onRetry: () => counters.retried('put'),
  });
  const writer: SinkWriter = new SinkWriter({
    write: async (records) => {
      const values = records.map(({ value }) => value);
      writes.push(values);
      await write(values, { reject: (record, error) => writer.reject(record, error) }, records);
    },
    className: 'TestSink',
    mayBisect: more.mayBisect ?? true,
    writeTimeoutMs: 50,
    tolerance: new Tolerance({ id, policy, counters, logger: silentLogger }),
    retry,
    counters,
    deadLetter: async (letter) => void letters.push(letter),
    acknowledged: async () => void acknowledged.push(writes.length),
    keepsOffsets: more.keepsOffsets ?? false,
  });
  const run = (...values: string[]) => writer.write(batchOf(values));
  return {
    writer,
    run,
    writes,
    acknowledged,
    letters: () => letters.map(({ value }) => String(value)),
    counters,
  };
}

function batchOf(values: readonly string[]) {
  const origins = values.map(
    (value, offset): ConsumerRecord => ({
      ...{ topic: 't', partition: 0, offset, timestamp: 0, key: null, headers: [] },
      value: Buffer.from(value),
    }),
  );
  const records = values.map(
    (value, offset): SinkRecord => ({
      ...{ topic: 't', partition: 0, offset, timestamp: 0, key: null, value, headers: [] },
    }),
  );
  return { origins, records };
}

const poison = (message: string) => new MillraceError(message, { code: 'BAD_ROW', class: 'poison' });
const passing = () => new MillraceError('later', { code: 'BUSY', class: 'throttled' });
const refusing = (error: (value: string) => Error) => (values: readonly unknown[]) => {
  const bad = values.find((value) => String(value).startsWith('bad'));
  if (bad !== undefined) throw error(String(bad));
};

describe('a sink that keeps offsets and rejects a record', () => {
  test('fails with it, so that its dead letter comes before what is behind', async () => {
    const sink = newWriter(
      (values, { reject }, batch) => {
        const index = values.indexOf('bad');
        if (index !== -1) reject(batch[index] as SinkRecord, poison('bad'));
      },
      tolerant,
      { keepsOffsets: true },
    );
    expect(await sink.run('a', 'bad', 'b')).toBe(2);
    expect(sink.letters()).toEqual(['bad']);
    expect(sink.writes.at(-1)).toEqual(['b']);
  });
});

describe('a sink that throws', () => {
  test('poison: culprits become dead letters, the others are written', async () => {
    const sink = newWriter(refusing(poison));
    expect(await sink.run('a', 'bad-1', 'b', 'c', 'bad-2', 'd')).toBe(4);
    expect(sink.letters()).toEqual(['bad-1', 'bad-2']);
    expect(sink.counters.row(0)).toMatchObject({ deadLettered: 2, skipped: 0 });
  });

  test('something without a class: the same, where errors are tolerated', async () => {
    const sink = newWriter(refusing((value) => new TypeError(value)));
    expect(await sink.run('a', 'bad', 'b')).toBe(2);
    expect(sink.letters()).toEqual(['bad']);
  });

  test('something without a class for every record: fails, and keeps no dead letters', async () => {
    const sink = newWriter(refusing((value) => new Error(value)));
    const all = Array.from({ length: 40 }, (_, i) => `bad-${i}`);
    await expect(sink.run(...all)).rejects.toMatchObject({ code: 'SINK_WRITES_NOTHING', class: 'bug' });
    expect(sink.letters()).toEqual([]);
    expect(sink.writes.length).toBeLessThan(40);
  });

  test('something without a class for one record after the other: fails after ten in a row', async () => {
    const sink = newWriter(refusing((value) => new Error(value)));
    for (let i = 0; i < 10; i++) await sink.run('bad');
    await expect(sink.run('bad')).rejects.toMatchObject({ code: 'SINK_WRITES_NOTHING' });
    await sink.run('good');
    expect(await sink.run('bad')).toBe(0);
  });

  test('poison for every record: all become dead letters', async () => {
    const sink = newWriter(refusing(poison));
    const all = Array.from({ length: 40 }, (_, i) => `bad-${i}`);
    expect(await sink.run(...all)).toBe(0);
    expect(sink.letters()).toEqual(all);
    expect(sink.writes.length).toBeLessThanOrEqual(79);
  });

  test('poison, where the sink keeps offsets: each dead letter is safe before what comes behind is written', async () => {
    const sink = newWriter(refusing(poison), tolerant, { keepsOffsets: true });
    expect(await sink.run('a', 'bad-1', 'b', 'bad-2', 'c')).toBe(3);
    expect(sink.letters()).toEqual(['bad-1', 'bad-2']);
    const writtenBefore = (at: number) =>
      sink.writes
        .slice(0, at)
        .filter((part) => part.length === 1)
        .flat();
    expect(sink.acknowledged.map((at) => writtenBefore(at).at(-1))).toEqual(['bad-1', 'bad-2']);
  });

  test('poison among what became of one record, where the sink keeps offsets: none of it is written', async () => {
    const sink = newWriter(refusing(poison), tolerant, { keepsOffsets: true });
    const { origins, records } = batchOf(['a', 'bad', 'c']);
    const [a, bad, c] = records as [SinkRecord, SinkRecord, SinkRecord];
    const [first, , third] = origins as [ConsumerRecord, ConsumerRecord, ConsumerRecord];
    const batch = { records: [a, bad, c], origins: [first, first, third] };
    expect(await sink.writer.write(batch)).toBe(1);
    expect(sink.letters()).toEqual(['a']);
    expect(sink.writes.at(-1)).toEqual(['c']);
  });

  test('poison for all that became of one record: one dead letter', async () => {
    const sink = newWriter(refusing(poison));
    const { origins, records } = batchOf(['bad', 'a']);
    const [bad, a] = records as [SinkRecord, SinkRecord];
    const [badOrigin, aOrigin] = origins as [ConsumerRecord, ConsumerRecord];
    const batch = { records: [bad, { ...bad }, a], origins: [badOrigin, badOrigin, aOrigin] };
    expect(await sink.writer.write(batch)).toBe(1);
    expect(sink.letters()).toEqual(['bad']);
  });

  test.each(['auth', 'config', 'bug'] as const)('class %s: fails whatever is tolerated', async (kind) => {
    const sink = newWriter(refusing((value) => new MillraceError(value, { code: 'X', class: kind })));
    await expect(sink.run('a', 'bad')).rejects.toMatchObject({ code: 'X', class: kind });
    expect(sink.letters()).toEqual([]);
    expect(sink.writes).toHaveLength(1);
  });

  test.each([
    ['throttled', passing],
    ['ECONNRESET', () => Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
    [
      'ECONNREFUSED in a cause',
      () => new Error('query', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }),
    ],
  ])('%s: tried again, then fails for now and keeps no dead letter', async (_, error) => {
    const sink = newWriter(refusing(error));
    await expect(sink.run('a', 'bad')).rejects.toMatchObject({ details: { stage: 'put' } });
    expect(sink.letters()).toEqual([]);
    expect(sink.writes).toEqual(Array.from({ length: 4 }, () => ['a', 'bad']));
    expect(sink.counters.row(0).stages.put).toMatchObject({ failed: 4, retried: 3 });
  });

  test('for now while the culprit is sought: parts are tried again too', async () => {
    let calls = 0;
    const sink = newWriter((values) => {
      calls++;
      if (calls % 2 === 0) throw passing();
      refusing(poison)(values);
    });
    expect(await sink.run('a', 'bad', 'b', 'c')).toBe(3);
    expect(sink.letters()).toEqual(['bad']);
  });

  test('poison where nothing is tolerated: fails', async () => {
    const sink = newWriter(refusing(poison), {});
    await expect(sink.run('a', 'bad')).rejects.toMatchObject({ code: 'BAD_ROW', class: 'poison' });
    expect(sink.writes).toHaveLength(1);
  });

  test('something without a class where nothing is tolerated: a bug of the plugin', async () => {
    const sink = newWriter(
      refusing((value) => new Error(value)),
      {},
    );
    await expect(sink.run('bad')).rejects.toMatchObject({ code: 'SINK_THREW', class: 'bug' });
  });

  test('poison where it must not be written in parts: fails, unless the batch is one record', async () => {
    const sink = newWriter(refusing(poison), tolerant, { mayBisect: false });
    await expect(sink.run('a', 'bad')).rejects.toMatchObject({ class: 'poison' });
    expect(await sink.run('bad')).toBe(0);
    expect(sink.letters()).toEqual(['bad']);
  });

  test('poison without a topic for dead letters: passed over and counted', async () => {
    const sink = newWriter(refusing(poison), { 'errors.tolerance': 'all' });
    expect(await sink.run('a', 'bad')).toBe(1);
    expect(sink.counters.row(0)).toMatchObject({ skipped: 1, deadLettered: 0 });
  });

  test('nothing, for ever: fails for now, and is not written a second time', async () => {
    const sink = newWriter(() => new Promise(() => undefined));
    await expect(sink.run('a')).rejects.toMatchObject({ code: 'SINK_WRITE_TIMED_OUT', class: 'transient' });
    expect(sink.writes).toHaveLength(1);
  });
});

describe('a sink that rejects records', () => {
  const rejecting: Write = (_values, { reject }, batch) => {
    for (const record of batch) if (String(record.value).startsWith('bad')) reject(record, new Error('no'));
  };

  test('goes on, and they become dead letters', async () => {
    const sink = newWriter(rejecting);
    expect(await sink.run('bad-1', 'a', 'bad-2')).toBe(1);
    expect(sink.letters()).toEqual(['bad-1', 'bad-2']);
    expect(sink.writes).toHaveLength(1);
  });

  test('in an attempt that failed: only what the last one rejects counts', async () => {
    let calls = 0;
    const sink = newWriter((values, context, batch) => {
      calls++;
      if (calls === 1) {
        context.reject(batch[0]!, new Error('for now'));
        throw passing();
      }
      return rejecting(values, context, batch);
    });
    expect(await sink.run('a', 'bad')).toBe(1);
    expect(sink.letters()).toEqual(['bad']);
  });

  test('where nothing is tolerated: fails, also if the sink swallows what reject throws', async () => {
    const sink = newWriter((values, { reject }, batch) => {
      try {
        reject(batch[values.length - 1]!, poison('no'));
      } catch {
        // As a careless sink does.
      }
    }, {});
    await expect(sink.run('a', 'b')).rejects.toMatchObject({ code: 'BAD_ROW' });
  });

  test('that fail for now: fails for now', async () => {
    const sink = newWriter((_, { reject }, batch) => reject(batch[0]!, passing()));
    await expect(sink.run('a')).rejects.toMatchObject({ class: 'throttled' });
    expect(sink.letters()).toEqual([]);
  });

  test('of another batch: a bug', async () => {
    const old = batchOf(['old']).records[0]!;
    const sink = newWriter((_, { reject }) => reject(old, poison('no')));
    await expect(sink.run('a')).rejects.toMatchObject({ code: 'REJECTED_OUTSIDE_WRITE' });
    expect(() => sink.writer.reject(old, poison('no'))).toThrow('not in the batch');
  });
});
