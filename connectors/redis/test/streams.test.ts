import { isMillraceError, parseConfig, type SourceConnector } from '@millrace/sdk';
import { eventually, MemoryOffsets, type Options, SourceHarness } from '@millrace/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import manifest from '../src/index.ts';
import { RedisServer, unavailable } from '../src/testing/index.ts';

const server = new RedisServer();
const connector = manifest.plugins.find((plugin) => plugin.class === 'RedisSource') as SourceConnector;

describe.skipIf(unavailable !== undefined)('a source of streams', () => {
  let stream = '';

  beforeAll(async () => {
    await server.start();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    stream = server.name();
  });

  const add = (count: number, from = 0) =>
    server.use(async (client) => {
      const pipeline = client.pipeline();
      for (let n = from; n < from + count; n++) pipeline.xadd(stream, '*', 'n', String(n));
      await pipeline.exec();
    });
  const optionsOf = (more: Options): Options => ({
    'connection.uri': server.uri,
    streams: stream,
    'value.field': 'n',
    ...more,
  });
  const started = async (more: Options = {}, offsets = new MemoryOffsets(), name = 'acceptance') => {
    const task = new SourceHarness(connector, optionsOf(more), { offsets, name });
    onTestFinished(() => task.stop());
    await task.start();
    return task;
  };
  const read = async (task: SourceHarness, count: number) => {
    await task.pollUntil(`${count} records`, (records) => records.length >= count);
    return task.records.map(({ value }) => Number(value));
  };
  const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);
  const pending = () => server.use(async (client) => (await client.xpending(stream, 'acceptance'))[0]);
  const failure = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!isMillraceError(error)) throw new Error('it did not fail with a MillraceError', { cause: error });
    return error.report();
  };

  it('acknowledges entries when they are durable, and not before', async () => {
    await add(10);
    const task = await started();
    await read(task, 10);
    expect(await pending()).toBe(10);
    await task.commit(task.records.slice(0, 4));
    expect(await pending()).toBe(6);
    await task.commit();
    expect(await pending()).toBe(0);
    expect(await server.use((client) => client.xlen(stream))).toBe(10);
  });

  it('acknowledges what became durable while it was told to stop', async () => {
    await add(3);
    const task = await started();
    await read(task, 3);
    await task.abort();
    await task.commit();
    expect(await pending()).toBe(0);
  });

  it('takes durable entries out of the stream where it is told to', async () => {
    await add(5);
    const task = await started({ 'acknowledged.entries': 'delete' });
    await read(task, 5);
    await task.commit(task.records.slice(0, 3));
    expect(await server.use((client) => client.xlen(stream))).toBe(2);
  });

  it('takes over what another consumer left behind, once it is idle for long enough', async () => {
    await add(6);
    const dead = await started({ 'consumer.group': 'g', 'consumer.name': 'dead' });
    await read(dead, 6);
    await dead.commit(dead.records.slice(0, 2));
    dead.abandon();
    await server.cut();
    const heir = await started({ 'consumer.group': 'g', 'consumer.name': 'heir', 'claim.idle.ms': '1' });
    expect(await read(heir, 4)).toEqual([2, 3, 4, 5]);
    await heir.commit();
    expect(await server.use(async (client) => (await client.xpending(stream, 'g'))[0])).toBe(0);
  });

  it('does not give again what it holds itself, however long that takes', async () => {
    await add(4);
    const task = await started({ 'claim.idle.ms': '1' });
    await read(task, 4);
    // The second look at what is idle comes a second after the first.
    await task.poll(1_100);
    await add(1, 4);
    await read(task, 5);
    await task.poll(500);
    expect(task.records.map(({ value }) => value)).toEqual(['0', '1', '2', '3', '4']);
  });

  it('reads no more than may be pending', async () => {
    await add(50);
    const task = await started({ 'max.pending': '7', 'batch.size': '5' });
    await read(task, 7);
    expect(await task.poll(300)).toBeNull();
    expect(task.records).toHaveLength(7);
    await task.commit();
    await read(task, 14);
  });

  for (const mode of ['group', 'position']) {
    it(`says how many entries were trimmed before it read them (${mode})`, async () => {
      await add(20);
      const first = await started({ 'read.mode': mode, 'batch.size': '5' });
      await read(first, 5);
      await first.commit();
      await first.stop();
      await server.use((client) => client.xtrim(stream, 'MAXLEN', 8));
      const { offsets } = first;
      const second = await started({ 'read.mode': mode }, offsets);
      expect(await failure(second.poll())).toMatchObject({
        code: 'REDIS_ENTRIES_LOST',
        class: 'config',
        path: 'on.lost.entries',
        message: expect.stringContaining('7 entries') as string,
      });
      const third = await started({ 'read.mode': mode, 'on.lost.entries': 'continue' }, offsets);
      expect(await read(third, 8)).toEqual(numbers(8, 12));
    });

    it(`does not take trimming behind it, or deletions by others in the middle, for a loss (${mode})`, async () => {
      await add(20);
      const first = await started({ 'read.mode': mode, 'batch.size': '10' });
      await read(first, 10);
      await first.commit();
      const ids = first.records.map(({ headers }) => String(headers[1]?.value));
      await first.stop();
      await server.use(async (client) => {
        await client.xdel(stream, ids[3] ?? '');
        await client.xtrim(stream, 'MAXLEN', 10);
      });
      const second = await started({ 'read.mode': mode }, first.offsets);
      expect(await read(second, 10)).toEqual(numbers(10, 10));
      await add(3, 20);
      expect(await read(second, 13)).toEqual(numbers(13, 10));
    });

    it(`begins where it is told to (${mode})`, async () => {
      await add(5);
      const last = await server.use(
        async (client) => (await client.xrevrange(stream, '+', '-', 'COUNT', 2))[1]?.[0],
      );
      const late = await started({ 'read.mode': mode, 'start.from': 'latest', 'consumer.group': 'late' });
      const behind = await started({
        'read.mode': mode,
        'start.from': String(last),
        'consumer.group': 'behind',
      });
      await add(1, 5);
      expect(await read(late, 1)).toEqual([5]);
      expect(await read(behind, 2)).toEqual([4, 5]);
    });
  }

  it('goes on with a stream that was removed and made anew', async () => {
    await add(5);
    const task = await started({ 'read.mode': 'position' });
    await read(task, 5);
    await server.use((client) => client.del(stream));
    await add(3, 5);
    expect(await read(task, 8)).toEqual(numbers(8));
  });

  it('gives bytes as they are, and the id where no field is the key', async () => {
    const bytes = Buffer.from([0, 255, 128]);
    await server.use((client) => client.xadd(stream, '*', 'n', bytes));
    const task = await started({ 'field.encoding': 'bytes' });
    await task.pollUntil('a record', (records) => records.length === 1);
    const [record] = task.records;
    expect(record?.value).toEqual(bytes);
    expect(record?.key).toMatch(/^\d+-0$/);
    expect(record?.timestamp).toBe(Number(String(record?.key).split('-')[0]));
  });

  it('moves its group where somebody sets the offset', async () => {
    await add(6);
    const task = await started();
    await read(task, 6);
    await task.commit();
    await task.stop();
    const { values } = parseConfig(connector.config, optionsOf({}));
    const [third] = task.records.slice(2, 3);
    const { sourcePartition: partition = {}, sourceOffset: offset = {} } = third ?? {};
    expect(await connector.alterOffsets?.(values, [{ partition, offset }], { connector: 'acceptance' })).toBe(
      true,
    );
    expect(await read(await started(), 3)).toEqual([3, 4, 5]);
  });

  it('names a key that holds no stream, at validate and when it reads', async () => {
    await server.use((client) => client.set(stream, 'x'));
    const { values } = parseConfig(connector.config, optionsOf({}));
    const problems = await connector.validate?.(values, AbortSignal.timeout(10_000));
    expect(problems).toMatchObject([{ key: 'streams' }]);
    const task = new SourceHarness(connector, optionsOf({}));
    onTestFinished(() => task.stop());
    expect(await failure(task.start())).toMatchObject({ code: 'REDIS_NO_STREAM', path: 'streams' });
  });

  it('names each right that is missing before anything runs, and when it is taken away in mid-stream', async () => {
    await add(3);
    const rights = [
      '+@connection',
      '+info',
      '+xinfo',
      '+xgroup',
      '+xreadgroup',
      '+xack',
      '+xautoclaim',
      '+type',
      '+multi',
      '+exec',
    ];
    const user = (more: readonly string[]) =>
      server.use((client) =>
        client.call('ACL', 'SETUSER', 'reader', 'reset', 'on', '>secret', `~${stream}`, ...more),
      );
    const options = { 'connection.user': 'reader', 'connection.password': 'secret' };
    const { values } = parseConfig(connector.config, optionsOf(options));
    const problems = () => connector.validate?.(values, AbortSignal.timeout(10_000));
    await user(rights.filter((right) => !['+xack', '+xautoclaim'].includes(right)));
    expect(await problems()).toMatchObject([
      { key: 'connection.password', message: expect.stringContaining('XACK, XAUTOCLAIM') as string },
    ]);
    await user(rights);
    expect(await problems()).toEqual([]);
    const task = await started(options);
    await read(task, 3);
    await user([]);
    // The poll under way may have begun before.
    const refused = await eventually('a refusal', () =>
      task.poll(500).then(
        () => null,
        (error: unknown) => error,
      ),
    );
    expect(refused).toMatchObject({ details: { class: 'auth' } });
  });

  it('takes a server that answers nobody for a lost connection', async () => {
    await add(2);
    const task = await started({ 'request.timeout.ms': '5000' });
    await read(task, 2);
    server.freeze();
    try {
      const failed = await failure(task.poll(30_000)).catch(() => failure(task.poll(30_000)));
      expect(failed).toMatchObject({ class: 'transient' });
    } finally {
      server.thaw();
    }
  });
});
