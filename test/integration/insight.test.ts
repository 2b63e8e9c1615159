import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin, createProducer } from '@millrace/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Millrace, startMillrace } from '../support/index.ts';

const PLUGIN = new URL('../../connect-runtime/test/fixtures/picky-plugin.ts', import.meta.url).href;

let folder: string;
let millrace: Millrace;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'insight-'));
  millrace = await startMillrace({ args: ['--set', `plugins=${PLUGIN}`] });
  // The leader writes the key of its sessions when it has come up.
  const configs = join(millrace.dataDir, 'broker/connect-configs-0/00000000000000000000.log');
  await eventually(async () => (await stat(configs)).size > 0, {
    what: 'the first record of the config topic',
  });
});
afterAll(async () => {
  await millrace?.close();
  await rm(folder, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${millrace.rest}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await answer.text();
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes
  return { status: answer.status, json: (text === '' ? null : JSON.parse(text)) as any };
}

async function produce(topic: string, values: readonly unknown[]) {
  const producer = createProducer({ bootstrapServers: [millrace.kafka] });
  const record = (value: unknown) => ({
    ...{ topic, partition: 0, key: null },
    value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  });
  await producer.send(values.map(record));
  await producer.close();
}

async function withAdmin<T>(work: (admin: ReturnType<typeof createAdmin>) => Promise<T>): Promise<T> {
  const admin = createAdmin({ bootstrapServers: [millrace.kafka] });
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

/** Whatever a preview could have written: files and sizes of the broker's logs, topics, groups with their offsets. */
async function everything() {
  const logs = join(millrace.dataDir, 'broker');
  const files = await readdir(logs, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    files
      .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
      .map(async (entry) => [
        join(entry.parentPath, entry.name),
        (await stat(join(entry.parentPath, entry.name))).size,
      ]),
  );
  return withAdmin(async (admin) => ({
    sizes: sizes.sort(),
    topics: (await admin.listTopics()).map(({ name }) => name).sort(),
    groups: await Promise.all((await admin.listGroups()).map(({ groupId }) => admin.groupOffsets(groupId))),
    connectors: (await call('GET', '/connectors?expand=info')).json,
    target: await readdir(folder),
  }));
}

describe('a preview', () => {
  test('shows what a sink would do, step by step, and writes nothing', async () => {
    await produce('orders', [{ id: 1, user: { name: 'ann' } }, 'no json', { id: 2, user: { name: 'bob' } }]);
    const config = {
      'connector.class': 'PickySink',
      topics: 'orders',
      file: join(folder, 'previewed.txt'),
      transforms: 'note,route',
      'transforms.note.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
      'transforms.note.static.field': 'note',
      'transforms.note.static.value': 'seen',
      'transforms.route.type': 'RegexRouter',
      'transforms.route.regex': 'ord(.*)',
      'transforms.route.replacement': 'new-$1',
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'previewed-dlq',
    };
    const before = await everything();
    const { status, json } = await call('POST', '/api/v1/previews', { config, limit: 3 });
    expect(status, JSON.stringify(json)).toBe(200);
    expect(await everything()).toEqual(before);

    expect(json).toMatchObject({ class: 'PickySink', type: 'sink', withoutRecords: null, error: null });
    const [newest, broken, oldest] = json.records;
    expect(newest.readFrom).toEqual({ topic: 'orders', partition: 0, offset: 2 });
    expect(JSON.parse(newest.before.value.text)).toEqual({ id: 2, user: { name: 'bob' } });
    expect(newest.steps.map((step: { name: string }) => step.name)).toEqual(['note', 'route']);
    expect(newest.steps[0].differences).toEqual([{ op: 'add', path: '/value/note', after: '"seen"' }]);
    expect(newest.steps[1].differences).toEqual([
      { op: 'replace', path: '/topic', before: '"orders"', after: '"new-ers"' },
    ]);
    expect(newest.after[0].topic).toBe('new-ers');
    expect(broken).toMatchObject({ before: null, after: [], error: { class: 'poison', stage: 'convert' } });
    expect(oldest.error).toBeNull();
    expect(json.topics).toEqual([{ name: 'previewed-dlq', exists: false, purpose: 'dead letters' }]);
    expect(json.plan).toEqual([{ what: `append 2 lines to ${config.file}` }]);
  });

  test('shows what a source would do, and writes nothing', async () => {
    const config = { 'connector.class': 'PickySource', topic: 'sampled' };
    const before = await everything();
    const { json } = await call('POST', '/api/v1/previews', { config, limit: 2 });
    expect(await everything()).toEqual(before);
    expect(
      json.records.map((record: { before: { value: { text: string } } }) => record.before.value.text),
    ).toEqual(['{"n":0}', '{"n":1}']);
    expect(json.records[0].sizes).toEqual([{ keyBytes: 4, valueBytes: 7 }]);
    expect(json.topics).toEqual([{ name: 'sampled', exists: false, purpose: 'records' }]);
  });

  test('of transforms that make a thousand of each record shows the first of them', async () => {
    const config = {
      'connector.class': 'PickySource',
      topic: 'many',
      transforms: 'many',
      'transforms.many.type': 'Function',
      'transforms.many.function.file': join(folder, 'many.mjs'),
    };
    const code =
      'export default (record) => Array.from({ length: 1000 }, (_, n) => ({ ...record, topic: `many-${n % 3}`, value: "x".repeat(20000) }));';
    await writeFile(join(folder, 'many.mjs'), code);
    const answer = await call('POST', '/api/v1/previews', { config, limit: 20 });
    expect(answer.status, JSON.stringify(answer.json).slice(0, 500)).toBe(200);
    expect(answer.json.records[0].steps[0]).toMatchObject({ more: 980 });
    expect(answer.json.records[0].after).toHaveLength(20);
    expect(answer.json.records[0].after[0].value.text).toHaveLength(16_384);
    // All of it together stays small: what comes last is shown by its beginning.
    expect(answer.json.records[19].after[19].value.text).toHaveLength(256);
    expect(answer.json.records[19].more).toBe(980);
    expect(answer.json.topics.map(({ name }: { name: string }) => name)).toEqual([
      'many-0',
      'many-1',
      'many-2',
    ]);
  });

  test('of a connector that cannot be sampled says so, and what is wrong with a config names its key', async () => {
    const source = { 'connector.class': 'UnsampledSource', topic: 't' };
    expect((await call('POST', '/api/v1/previews', { config: source })).json).toMatchObject({
      records: [],
      withoutRecords: 'UnsampledSource cannot be sampled before it runs.',
    });
    expect((await call('POST', '/api/v1/previews', { config: { ...source, topic: '' } })).json).toMatchObject(
      {
        code: 'INVALID_CONFIG',
        path: 'topic',
      },
    );
    expect((await call('POST', '/api/v1/previews', { name: 'nobody' })).status).toBe(404);
  });
});

describe('dead letters', () => {
  const file = () => join(folder, 'picky.txt');
  const sink = (more: Record<string, string> = {}) => ({
    'connector.class': 'PickySink',
    topics: 'rows',
    file: file(),
    'refuse.over': '100',
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': 'rows-dlq',
    'errors.deadletterqueue.topic.replication.factor': '1',
    'errors.deadletterqueue.context.headers.enable': 'true',
    ...more,
  });
  const base = '/api/v1/connectors/picky/dead-letters';
  const list = async (query = '') => (await call('GET', `${base}${query}`)).json;

  async function redriven(body: unknown) {
    const begun = await call('POST', `${base}/redrive`, body);
    expect(begun.status, JSON.stringify(begun.json)).toBe(202);
    return eventually(
      async () => {
        const { json } = await call('GET', `${base}/redrives/${begun.json.id}`);
        return json.state !== 'RUNNING' && json.waiting === 0 && json;
      },
      { what: 'the redrive to end and the sink to have written', timeoutMs: 30_000 },
    );
  }

  test('are listed by cause, page by page', async () => {
    await call('PUT', '/connectors/picky/config', sink());
    await produce('rows', [{ id: 1 }, { id: 101 }, 'no json', { id: 2 }, { id: 102 }, { id: 103 }]);
    await eventually(async () => (await list()).letters?.length === 4, { what: 'four dead letters' });
    const { causes, letters, next } = await list();
    expect(next).toBeNull();
    expect(causes).toMatchObject([
      { code: 'PICKY', count: 3, stage: 'put', shape: 'The id # is too high.', class: 'poison' },
      { count: 1, stage: 'convert' },
    ]);
    expect(letters[0]).toMatchObject({
      connector: 'picky',
      origin: { topic: 'rows', partition: 0 },
      redriven: false,
      redrives: 0,
    });
    const only = await list(`?cause=${causes[1].cause}`);
    expect(only.letters).toHaveLength(1);
    expect(only.letters[0].value).toMatchObject({ text: 'no json' });
    const first = await list('?scan=1&limit=1');
    expect(first.letters).toHaveLength(1);
    const second = await list(`?scan=1&limit=1&before=${first.next}`);
    expect(second.letters[0].offset).toBe(first.letters[0].offset - 1);
  });

  test('are sent again through what the connector does now, each once however often it is asked', async () => {
    const { causes } = await list();
    await call('PUT', '/connectors/picky/config', sink({ 'refuse.over': '102' }));
    const first = await redriven({ cause: causes[0].cause });
    expect(first).toMatchObject({ state: 'DONE', sent: 3, skipped: { already: 0 } });
    await eventually(async () => (await linesOf(file())).length >= 4, { what: 'what is taken now' });
    expect((await linesOf(file())).sort()).toEqual(
      ['rows/0/0 {"id":1}', 'rows/0/1 {"id":101}', 'rows/0/3 {"id":2}', 'rows/0/4 {"id":102}'].sort(),
    );
    const again = await redriven({ cause: causes[0].cause });
    expect(again).toMatchObject({ state: 'DONE', sent: 1, skipped: { already: 3 } });
    expect((await linesOf(file())).length).toBe(4);

    const { letters } = await list('?limit=500');
    const came = letters.filter((letter: { origin: { offset: number } }) => letter.origin.offset === 5);
    expect(came.map((letter: { redrives: number }) => letter.redrives)).toEqual([2, 1, 0]);
    expect(came[1].redriven).toBe(true);
  });

  test('that come back again and again are left at last', async () => {
    for (let round = 0; round < 5; round++) await redriven({ all: true });
    const last = await redriven({ all: true });
    expect(last.sent).toBe(0);
    expect(last.skipped.tooOften).toBeGreaterThan(0);
  });

  test('of many records are sent again once each, at the rate that is asked for', async () => {
    await call('PUT', '/connectors/picky/config', sink({ 'refuse.over': '999' }));
    await produce(
      'rows',
      Array.from({ length: 3_000 }, (_, n) => ({ id: 1_000 + n })),
    );
    await eventually(async () => (await list('?scan=10000&limit=0')).causes[0]?.count >= 3_000, {
      what: '3,000 dead letters',
      timeoutMs: 60_000,
    });
    await call('PUT', '/connectors/picky/config', sink({ 'refuse.over': '100000' }));
    const run = await redriven({ all: true, recordsPerSecond: 2_000 });
    expect(run.endedAtMs - run.startedAtMs).toBeGreaterThan(1_400);
    expect(run.sent).toBeGreaterThanOrEqual(3_000);
    const ids = (await linesOf(file())).map((line) => JSON.parse(line.slice(line.indexOf(' '))).id as number);
    const high = ids.filter((id) => id >= 1_000).sort((a, b) => a - b);
    expect(high).toEqual(Array.from({ length: 3_000 }, (_, n) => 1_000 + n));
  });

  test('that were sent again reach a sink whose tasks stand since before the topic was made', async () => {
    const target = join(folder, 'late.txt');
    const config = {
      ...sink({ 'refuse.over': '100000', topics: 'late', file: target }),
      'errors.deadletterqueue.topic.name': 'late-dlq',
    };
    await call('PUT', '/connectors/late/config', config);
    await produce('late', [{ id: 1 }, 'no json']);
    const letters = '/api/v1/connectors/late/dead-letters';
    const cause = await eventually(async () => (await call('GET', letters)).json.causes?.[0]?.cause, {
      what: 'the dead letter',
    });
    const group = await withAdmin((admin) => admin.describeGroups(['connect-late']));
    // As an earlier run leaves it that found nothing to send.
    await withAdmin((admin) => admin.ensureTopics([{ name: 'connect-late-redrive', partitions: 1 }]));
    const run = async (body: unknown) => {
      const { json } = await call('POST', `${letters}/redrive`, body);
      return eventually(
        async () => {
          const all = (await call('GET', `${letters}/redrives`)).json as { id: string; waiting: number }[];
          const found = all.find(({ id }) => id === json.id);
          return found?.waiting === 0 && found;
        },
        { what: 'what was sent again to be written', timeoutMs: 20_000 },
      );
    };
    expect(await run({ cause })).toMatchObject({ state: 'DONE', sent: 1 });
    const now = await withAdmin((admin) => admin.describeGroups(['connect-late']));
    const members = (groups: typeof now) =>
      groups.flatMap((described) => described.members.map((one) => one.memberId));
    expect(members(now)).not.toEqual(members(group));
    const nobody = await call('POST', `${letters}/redrive`, { cause: 'nonesuch' });
    expect(nobody.status, JSON.stringify(nobody.json)).toBe(404);
    expect(nobody.json.message).toContain('nonesuch');
  });

  test('that were sent again while the sink stood still are read, wherever it begins in new topics', async () => {
    const config = {
      ...sink({ topics: 'ends', file: join(folder, 'ends.txt') }),
      'errors.deadletterqueue.topic.name': 'ends-dlq',
      'consumer.override.auto.offset.reset': 'latest',
    };
    await call('PUT', '/connectors/ends/config', config);
    const letters = '/api/v1/connectors/ends/dead-letters';
    const listed = async () => ((await call('GET', letters)).json.letters ?? []) as { redrives: number }[];
    await eventually(
      async () => {
        await produce('ends', ['no json']);
        return (await listed()).length > 0;
      },
      { what: 'a dead letter', timeoutMs: 20_000 },
    );
    await call('PUT', '/connectors/ends/stop');
    const tasks = async () => (await call('GET', '/connectors/ends/status')).json.tasks;
    await eventually(async () => (await tasks()).length === 0, { what: 'the task to be gone' });
    const { json: run } = await call('POST', `${letters}/redrive`, { all: true });
    const ended = await eventually(
      async () => {
        const { json } = await call('GET', `${letters}/redrives/${run.id}`);
        return json.state !== 'RUNNING' && json;
      },
      { what: 'the redrive to end', timeoutMs: 20_000 },
    );
    expect(ended.sent).toBeGreaterThan(0);
    await call('PUT', '/connectors/ends/resume');
    await eventually(
      async () => (await listed()).filter(({ redrives }) => redrives === 1).length === ended.sent,
      { what: 'all of them to come back', timeoutMs: 20_000 },
    );
  });

  test('that are larger than topics take by default are sent again too', async () => {
    const size = 3 * 1024 * 1024;
    const target = join(folder, 'wide.txt');
    const configs = { 'max.message.bytes': String(2 * size) };
    await withAdmin((admin) =>
      admin.ensureTopics(['wide', 'wide-dlq'].map((name) => ({ name, partitions: 1, configs }))),
    );
    const config = {
      ...sink({ topics: 'wide', file: target, 'refuse.over': '1' }),
      'errors.deadletterqueue.topic.name': 'wide-dlq',
      'producer.override.max.request.size': String(2 * size),
    };
    await call('PUT', '/connectors/wide/config', config);
    const producer = createProducer({ bootstrapServers: [millrace.kafka], maxRequestBytes: 2 * size });
    const value = Buffer.from(JSON.stringify({ id: 2, text: 'x'.repeat(size) }));
    await producer.send([{ topic: 'wide', partition: 0, key: null, value }]);
    await producer.close();
    const letters = '/api/v1/connectors/wide/dead-letters';
    const listed = await eventually(
      async () => {
        const { json } = await call('GET', letters);
        return json.letters?.length === 1 && json.letters;
      },
      { what: 'the dead letter', timeoutMs: 20_000 },
    );
    expect(listed[0].value).toMatchObject({ sizeBytes: value.length, truncated: true });
    await call('PUT', '/connectors/wide/config', { ...config, 'refuse.over': '2' });
    await call('POST', `${letters}/redrive`, { all: true });
    await eventually(async () => (await linesOf(target)).length === 1, {
      what: 'it to be written',
      timeoutMs: 20_000,
    });
  });

  test('of a share group are written again, and then none waits', async () => {
    const target = join(folder, 'shared.txt');
    const config = {
      ...sink({ topics: 'shared', file: target, 'refuse.over': '1' }),
      'errors.deadletterqueue.topic.name': 'shared-dlq',
      'consumer.protocol': 'share',
    };
    await produce('shared', [{ id: 1 }, { id: 2 }]);
    await call('PUT', '/connectors/shared/config', config);
    const letters = '/api/v1/connectors/shared/dead-letters';
    await eventually(async () => (await call('GET', letters)).json.letters?.length === 1, {
      what: 'the dead letter',
      timeoutMs: 20_000,
    });
    await call('PUT', '/connectors/shared/config', { ...config, 'refuse.over': '2' });
    const { json: run } = await call('POST', `${letters}/redrive`, { all: true });
    await eventually(async () => (await call('GET', `${letters}/redrives/${run.id}`)).json.waiting === 0, {
      what: 'the letter to be written',
      timeoutMs: 30_000,
    });
    expect(await linesOf(target)).toContain('shared/0/1 {"id":2}');
  });

  test('are sent again through a function whose file was mended, without anything else', async () => {
    const target = join(folder, 'mended.txt');
    const code = join(folder, 'function.mjs');
    await writeFile(code, "export default () => { throw new Error('not yet'); };");
    await call('PUT', '/connectors/mended/config', {
      ...sink({ topics: 'unmended', file: target }),
      'errors.deadletterqueue.topic.name': 'mended-dlq',
      transforms: 'fn',
      'transforms.fn.type': 'Function',
      'transforms.fn.function.file': code,
    });
    await produce('unmended', [{ id: 1 }]);
    const letters = '/api/v1/connectors/mended/dead-letters';
    const count = async () => (await call('GET', letters)).json.letters?.length;
    await eventually(async () => (await count()) === 1, { what: 'the dead letter' });
    // The tasks read the topic by now: what they run is what counts.
    await call('POST', `${letters}/redrive`, { all: true });
    await eventually(async () => (await count()) === 2, { what: 'it to come back', timeoutMs: 20_000 });
    await writeFile(code, 'export default (record) => ({ value: { ...record.value, mended: true } });');
    await eventually(async () => (await call('POST', `${letters}/redrive`, { all: true })).status === 202, {
      what: 'the first redrive to have ended',
    });
    await eventually(async () => (await linesOf(target)).length > 0, {
      what: 'what was sent again to be written',
      timeoutMs: 20_000,
    });
    expect(await linesOf(target)).toEqual(['unmended/0/0 {"id":1,"mended":true}']);
    expect(await count()).toBe(2);
  });

  test('of a connector that keeps none, and redrives that are not there, are refused', async () => {
    await call('PUT', '/connectors/none/config', {
      'connector.class': 'PickySink',
      topics: 'rows',
      file: join(folder, 'none'),
    });
    expect((await call('GET', '/api/v1/connectors/none/dead-letters')).json.code).toBe(
      'NO_DEAD_LETTER_TOPIC',
    );
    expect((await call('GET', `${base}/redrives/nothing`)).status).toBe(404);
    expect((await call('GET', '/api/v1/connectors/nobody/dead-letters')).status).toBe(404);
  });
});

test('guarantees say what holds and why', async () => {
  const sink = (await call('GET', '/api/v1/connectors/picky/guarantees')).json;
  expect(sink).toMatchObject({ connector: 'picky', type: 'sink', delivery: 'at least once', losses: [] });
  await call('PUT', '/connectors/counts/config', { 'connector.class': 'PickySource', topic: 'counts' });
  const source = (await call('GET', '/api/v1/connectors/counts/guarantees')).json;
  expect(source).toMatchObject({ type: 'source', delivery: 'at least once' });
  expect(source.reasons).toMatchObject([
    { code: 'WORKER_TRANSACTIONS', holds: false },
    { code: 'CONNECTOR_REPEATS', holds: true },
  ]);
});
