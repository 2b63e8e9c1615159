import type { ConsumerRecord, ProducerRecord } from '@millrace/client';
import { defineConfig, MillraceError, silentLogger } from '@millrace/foundation';
import {
  type AnyPlugin,
  type ConnectRecord,
  defineConverter,
  definePredicate,
  defineTransform,
  type SourceRecord,
  type Transformed,
} from '@millrace/sdk';
import { describe, expect, test, vi } from 'vitest';
import type { PluginLoader } from '../../../plugins/plugin-loader.ts';
import type { PluginDescription } from '../../host-protocol.ts';
import { TaskCounters } from '../task-counters.ts';
import { isLater } from './promise-like.ts';
import { type Made, RecordPipeline } from './record-pipeline.ts';

const topics = vi.hoisted(() => ({ made: [] as unknown[], refuse: null as Error | null, brokers: 3 }));
vi.mock('@millrace/client', () => ({
  createAdmin: () => ({
    describeCluster: async () => ({ brokers: Array.from({ length: topics.brokers }) }),
    ensureTopics: async (made: { readonly replicationFactor: number }[]) => {
      if (topics.refuse) throw topics.refuse;
      if (made.some(({ replicationFactor }) => replicationFactor > topics.brokers))
        throw new MillraceError('too many', { code: 'INVALID_REPLICATION_FACTOR', class: 'config' });
      topics.made.push(...made);
    },
    close: async () => undefined,
  }),
}));

const asked = vi.hoisted(() => ({ questions: 0, failures: 0 }));
const about = { version: '1', docs: 'For tests.', config: defineConfig({}) };
const step = (name: string, apply: (record: ConnectRecord) => unknown) =>
  defineTransform({
    ...about,
    class: name,
    create: () => ({ apply: apply as (record: ConnectRecord) => Transformed }),
  });
const text = (record: ConnectRecord) => String(record.value);

const plugins: readonly AnyPlugin[] = [
  defineConverter({
    ...about,
    class: 'Text',
    create: () => ({
      fromConnect: (_topic, _schema, value) => {
        if (value === 'unwritable') throw new Error('can not write it');
        if (typeof value === 'object' && value !== null) throw new Error('is no text');
        return value === null ? null : Buffer.from(String(value));
      },
      toConnect: (_topic, bytes) => {
        if (String(bytes) === 'unreadable') throw new SyntaxError('can not read it');
        return { value: bytes?.toString() ?? null };
      },
    }),
  }),
  defineConverter({
    ...about,
    class: 'Asking',
    create: () => ({
      fromConnect: (_topic, _schema, value) => Buffer.from(String(value)),
      toConnect: (_topic, bytes) => ({ value: String(bytes) }),
      beforeFromConnect: () => {
        asked.questions++;
        if (asked.failures-- > 0)
          return Promise.reject(new MillraceError('away', { code: 'AWAY', class: 'transient' }));
        return asked.questions > 1 ? null : Promise.resolve();
      },
    }),
  }),
  step('Upper', (record) => ({ ...record, value: text(record).toUpperCase() })),
  step('Drop', () => null),
  step('Twice', (record) => [record, { ...record, value: `${text(record)}!` }]),
  step('None', () => []),
  step('Later', async (record) => ({ ...record, value: `${text(record)} later` })),
  step('Move', ({ topic: _, ...record }) => ({ ...record, topic: 'moved', partition: 7, offset: 99 })),
  step('Throw', () => {
    throw new RangeError('no such field');
  }),
  step('ThrowLater', () => Promise.reject(new RangeError('no such field'))),
  step('Nothing', () => undefined),
  step('NothingLater', async () => undefined),
  definePredicate({
    ...about,
    class: 'IsLoud',
    create: () => ({ test: (record) => text(record).endsWith('!') }),
  }),
];

async function newPipeline(config: Record<string, string> = {}) {
  const counters = new TaskCounters({ connector: 'c', task: 3 });
  const letters: ProducerRecord[] = [];
  const pipeline = await RecordPipeline.create({
    spec: {
      ...{ id: { connector: 'c', task: 3 }, module: 'm', class: 'C', taskConfig: {}, paused: false },
      connectorConfig: { 'errors.retry.delay.max.ms': '1', ...config },
      worker: {
        ...{
          bootstrapServers: [],
          offsetTopic: 'o',
          offsetFlushIntervalMs: 1,
          writeTimeoutMs: 1,
          startTimeoutMs: 1,
          tracing: false,
        },
        converters: { 'key.converter': 'Text', 'value.converter': 'Text', 'header.converter': 'Text' },
        plugins: [] as readonly PluginDescription[],
      },
    } as unknown as Parameters<typeof RecordPipeline.create>[0]['spec'],
    loader: {
      find: async (type: string, _: unknown, question: { class: string }) => {
        const found = plugins.find((plugin) => plugin.type === type && plugin.class === question.class);
        if (!found) throw new MillraceError('none', { code: 'UNKNOWN', class: 'config' });
        return found;
      },
    } as unknown as PluginLoader,
    logger: silentLogger,
    counters,
    signal: new AbortController().signal,
    deadLetter: async (letter) => void letters.push(letter),
  });
  return { pipeline, counters, letters };
}

const chain = (...types: string[]) =>
  Object.assign(
    { transforms: types.map((_, i) => `t${i}`).join(',') },
    ...types.map((type, i) => ({ [`transforms.t${i}.type`]: type })),
  ) as Record<string, string>;
const tolerant = {
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.name': 'dead',
  'errors.deadletterqueue.context.headers.enable': 'true',
};

const sourceRecord = (value: unknown, key: unknown = 'k'): SourceRecord => ({
  ...{ topic: 't', partition: null, key, value, headers: [], timestamp: 5 },
  sourcePartition: { file: 'f' },
  sourceOffset: { line: 1 },
});
const consumerRecord = (value: string): ConsumerRecord => ({
  ...{ topic: 't', partition: 2, offset: 41, timestamp: 5, key: Buffer.from('k'), value: Buffer.from(value) },
  headers: [{ key: 'own', value: Buffer.from('h') }],
});
const valuesOf = (made: Made<{ value: unknown }>) =>
  (made === null ? [] : Array.isArray(made) ? made : [made]).map(({ value }) => String(value));
const headersOf = (record: ProducerRecord) =>
  Object.fromEntries((record.headers ?? []).map(({ key, value }) => [key, String(value)]));

describe('a record on its way out', () => {
  test.each([
    ['no transforms', [], ['a']],
    ['several', ['Upper', 'Twice'], ['A', 'A!']],
    ['a list in the middle', ['Twice', 'Twice'], ['a', 'a!', 'a!', 'a!!']],
    ['null', ['Upper', 'Drop', 'Throw'], []],
    ['an empty list', ['None', 'Throw'], []],
    ['promises', ['Later', 'Twice', 'Later'], ['a later later', 'a later! later']],
  ])('passes %s', async (_, types, expected) => {
    const { pipeline, counters } = await newPipeline(chain(...types));
    expect(valuesOf(await pipeline.outgoing(sourceRecord('a')))).toEqual(expected);
    expect(counters.row(0).filtered).toBe(expected.length === 0 ? 1 : 0);
  });

  test('costs no promise where nothing has to wait', async () => {
    const { pipeline } = await newPipeline(chain('Upper', 'Twice', 'Upper'));
    expect(isLater(pipeline.outgoing(sourceRecord('a')))).toBe(false);
    expect(isLater(pipeline.incoming(consumerRecord('a')))).toBe(false);
  });

  test.each([
    ['false', ['a', 'A!']],
    ['true', ['A', 'a!']],
  ])('a predicate with negate=%s says which records a transform applies to', async (negate, expected) => {
    const { pipeline } = await newPipeline({
      ...chain('Twice', 'Upper'),
      ...{ predicates: 'loud', 'predicates.loud.type': 'IsLoud' },
      ...{ 'transforms.t1.predicate': 'loud', 'transforms.t1.negate': negate },
    });
    expect(valuesOf(await pipeline.outgoing(sourceRecord('a')))).toEqual(expected);
  });

  test('waits for a converter that must ask first, and tries again where it can not be asked now', async () => {
    Object.assign(asked, { questions: 0, failures: 2 });
    const { pipeline, counters } = await newPipeline({ 'value.converter': 'Asking' });
    const made = pipeline.outgoing(sourceRecord('a'));
    expect(isLater(made)).toBe(true);
    expect(valuesOf(await made)).toEqual(['a']);
    expect(isLater(pipeline.outgoing(sourceRecord('b')))).toBe(false);
    expect(counters.row(0).stages.convert).toMatchObject({ failed: 2, retried: 2 });
  });

  test('fails for now where a converter can not be asked for longer, whatever is tolerated', async () => {
    Object.assign(asked, { questions: 0, failures: 100 });
    const { pipeline } = await newPipeline({ ...tolerant, 'value.converter': 'Asking' });
    await expect(pipeline.outgoing(sourceRecord('a'))).rejects.toMatchObject({
      code: 'AWAY',
      class: 'transient',
    });
  });

  test.each(['Throw', 'ThrowLater', 'Nothing', 'NothingLater'])(
    'fails the task with the record where %s is not tolerated',
    async (type) => {
      const { pipeline } = await newPipeline(chain(type));
      const failing = (async () => pipeline.outgoing(sourceRecord('a')))();
      await expect(failing).rejects.toMatchObject({
        class: 'poison',
        details: { stage: 'transform', record: { topic: 't', partition: null } },
      });
    },
  );

  test('becomes one dead letter where a transform fails: as it was before the transforms', async () => {
    const { pipeline, counters } = await newPipeline({ ...tolerant, ...chain('Upper', 'Throw') });
    const letter = (await pipeline.outgoing(sourceRecord('a'))) as ProducerRecord;
    expect(letter).toMatchObject({ topic: 'dead', timestamp: 5 });
    expect([String(letter.key), String(letter.value)]).toEqual(['k', 'a']);
    expect(headersOf(letter)).toMatchObject({
      '__connect.errors.topic': 't',
      '__connect.errors.connector.name': 'c',
      '__connect.errors.task.id': '3',
      '__connect.errors.stage': 'TRANSFORMATION',
      '__connect.errors.class.name': 'Throw',
      '__connect.errors.exception.class.name': 'RangeError',
      '__connect.errors.exception.message': 'no such field',
      'millrace.error.code': 'TRANSFORM_FAILED',
      'millrace.error.class': 'poison',
      'millrace.error.stage': 'transform',
      'millrace.source.partition': '{"file":"f"}',
      'millrace.source.offset': '{"line":1}',
    });
    expect(Object.keys(headersOf(letter))).not.toContain('__connect.errors.offset');
    expect(counters.row(0)).toMatchObject({ deadLettered: 1, stages: { transform: { failed: 1 } } });
  });

  test('becomes a dead letter in JSON where its converter fails', async () => {
    const { pipeline } = await newPipeline(tolerant);
    const letter = (await pipeline.outgoing(sourceRecord({ a: [1n, new Date(0)] }))) as ProducerRecord;
    expect(String(letter.key)).toBe('k');
    expect(String(letter.value)).toBe('{"a":[1,"1970-01-01T00:00:00.000Z"]}');
    expect(headersOf(letter)['__connect.errors.stage']).toBe('VALUE_CONVERTER');
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const odd = (await pipeline.outgoing(sourceRecord(circular))) as ProducerRecord;
    expect(String(odd.value)).toContain('Circular');
  });
});

describe('a record on its way in', () => {
  test('is converted, then transformed, and keeps the place that it was read from', async () => {
    const { pipeline } = await newPipeline(chain('Upper', 'Move'));
    expect(await pipeline.incoming(consumerRecord('a'))).toMatchObject({
      ...{ topic: 'moved', partition: 2, offset: 41, value: 'A' },
    });
  });

  test('is handed on as a dead letter with its own bytes and headers where it can not be read', async () => {
    const { pipeline, letters } = await newPipeline(tolerant);
    expect(await pipeline.incoming(consumerRecord('unreadable'))).toBeNull();
    expect(letters).toHaveLength(1);
    const headers = headersOf(letters[0]!);
    expect(String(letters[0]!.value)).toBe('unreadable');
    expect(headers).toMatchObject({
      own: 'h',
      '__connect.errors.topic': 't',
      '__connect.errors.partition': '2',
      '__connect.errors.offset': '41',
      '__connect.errors.stage': 'VALUE_CONVERTER',
      '__connect.errors.class.name': 'Text',
      '__connect.errors.exception.class.name': 'SyntaxError',
    });
    expect(headers['__connect.errors.exception.stacktrace']).toContain('can not read it');
  });

  test('has no headers of ours where they are not wanted', async () => {
    const { pipeline, letters } = await newPipeline({
      ...tolerant,
      'errors.deadletterqueue.context.headers.enable': 'false',
    });
    await pipeline.incoming(consumerRecord('unreadable'));
    expect(Object.keys(headersOf(letters[0]!))).toEqual(['own']);
  });

  test('fails the task with its coordinates where nothing is tolerated', async () => {
    const { pipeline } = await newPipeline();
    const failing = (async () => pipeline.incoming(consumerRecord('unreadable')))();
    await expect(failing).rejects.toMatchObject({
      details: { class: 'poison', stage: 'convert', record: { topic: 't', partition: 2, offset: 41 } },
    });
  });
});

describe('the topic for dead letters', () => {
  test('is made with one partition where errors are tolerated, and only there', async () => {
    topics.made.length = 0;
    await newPipeline({ ...tolerant, 'errors.tolerance': 'none' });
    await newPipeline(tolerant);
    expect(topics.made).toEqual([{ name: 'dead', partitions: 1, replicationFactor: 3 }]);
  });

  test('has as many replicas as there are brokers, up to three, where nobody said how many', async () => {
    topics.made.length = 0;
    topics.brokers = 1;
    await newPipeline(tolerant);
    const three = { ...tolerant, 'errors.deadletterqueue.topic.replication.factor': '3' };
    await expect(newPipeline(three)).rejects.toMatchObject({ code: 'DEAD_LETTER_TOPIC_NOT_MADE' });
    topics.brokers = 5;
    await newPipeline(three);
    await newPipeline(tolerant);
    expect(topics.made).toMatchObject([1, 3, 3].map((replicationFactor) => ({ replicationFactor })));
  });

  test('that can not have so many replicas is a fault of the config', async () => {
    topics.refuse = new MillraceError('3 > 1', { code: 'INVALID_REPLICATION_FACTOR', class: 'config' });
    await expect(newPipeline(tolerant)).rejects.toMatchObject({
      code: 'DEAD_LETTER_TOPIC_NOT_MADE',
      details: { class: 'config', path: 'errors.deadletterqueue.topic.replication.factor' },
    });
    topics.refuse = null;
  });
});

test('times of the stages add up to at most what passed', async () => {
  const { pipeline, counters } = await newPipeline(chain('Upper'));
  for (let i = 0; i < 1000; i++) await pipeline.outgoing(sourceRecord('a'));
  const left = pipeline.countTimes(10);
  const { transform, convert } = counters.row(0).stages;
  expect(transform?.timeMs).toBeGreaterThan(0);
  expect(convert?.timeMs).toBeGreaterThan(0);
  expect((transform?.timeMs ?? 0) + (convert?.timeMs ?? 0) + left).toBeCloseTo(10, 5);
});
