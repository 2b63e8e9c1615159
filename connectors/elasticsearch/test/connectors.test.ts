import { readFileSync } from 'node:fs';
import { jsonText, requireConfig, type Schema } from '@millrace/sdk';
import { eventually, failureOf, NetworkPath, SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Certificates } from './certificate.ts';
import { elasticSink, elasticSource, record, runSink } from './connectors.ts';
import { CLERK, Service, START_MS, unavailable } from './service.ts';

/** With logins, and with little room for what is being written, so that a megabyte at a time is too much. */
const service = new Service({ secure: true, settings: ['indexing_pressure.memory.limit: 1mb'] });

/** A sink that ends with the test. */
async function startSink(options: Readonly<Record<string, string>>) {
  const sink = await runSink(options);
  onTestFinished(() => sink.stop());
  return sink;
}

const problems = (
  connector: typeof elasticSink | typeof elasticSource,
  options: Readonly<Record<string, string>>,
) => connector.validate?.(requireConfig(connector.config, options), AbortSignal.timeout(60_000));

describe.skipIf(unavailable !== undefined)('with a server', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    await service.start();
  }, START_MS);
  afterAll(() => service.close());

  describe('what the sink makes of each item', () => {
    it('gives refused documents to the dead letters, with the field and without its value, and writes all others', async () => {
      const index = service.index();
      await service.use((client) =>
        client.indices.create({
          index,
          mappings: {
            dynamic: 'strict',
            properties: { n: { type: 'long' }, o: { properties: { x: { type: 'integer' } } } },
          },
        }),
      );
      const sink = await startSink({ ...service.options, index });
      await sink.task.write([
        record({ key: 'a', value: { n: 1 } }),
        record({ key: 'b', value: { n: 'secret' } }),
        record({ key: 'c', value: { o: { x: 'secret' } } }),
        record({ key: 'd', value: { unknown: 1 } }),
        record({ key: 'e', value: 'no document' }),
        record({ key: null, value: { n: 2 } }),
        record({ key: 'f', value: '{"n": 3}' }),
        record({ key: 'x'.repeat(600), value: { n: 4 } }),
      ]);
      expect([...(await service.documents(index)).keys()].sort()).toEqual(['a', 'f']);
      const letters = new Map(sink.rejected.map(({ record: { key }, error }) => [key, error]));
      expect(letters.get('b')?.details.path).toBe('/n');
      expect(letters.get('c')?.details.path).toBe('/o/x');
      expect(letters.get('d')?.details.path).toBe('/unknown');
      expect(letters.size).toBe(6);
      for (const error of letters.values()) {
        expect(error.class).toBe('poison');
        expect(error.message).not.toContain('secret');
        expect(error.details.hint).toBeTruthy();
      }
    });

    it('writes everything to servers that say that it is too much, with fewer and smaller requests', async () => {
      const index = service.index();
      const sink = await startSink({ ...service.options, index, 'retry.backoff.ms': '10' });
      const text = 'x'.repeat(2_000);
      const batch = Array.from({ length: 2_000 }, (_, n) => record({ key: n, value: { n, text } }));
      await sink.task.write(batch);
      expect((await service.documents(index)).size).toBe(batch.length);
      expect(sink.rejected).toEqual([]);
    });

    it('keeps the order of each document’s changes, whatever is under way at once', async () => {
      const index = service.index();
      const sink = await startSink({
        ...{ ...service.options, index, 'write.method': 'upsert', 'batch.size': '50' },
        'retry.backoff.ms': '10',
      });
      const changes = Array.from({ length: 2_000 }, (_, n) =>
        record({ key: n % 40, value: { last: n, [`f${n % 3}`]: n } }),
      );
      await sink.task.write(changes);
      const found = await service.documents(index);
      for (let key = 0; key < 40; key++) {
        const mine = changes.filter((change) => change.key === key).map(({ value }) => value as object);
        expect(found.get(String(key))).toEqual(Object.assign({}, ...mine));
      }
    });

    it('says that an index is blocked, and writes when it is not', async () => {
      const index = service.index();
      const sink = await startSink({ ...service.options, index, 'max.retries': '0' });
      await sink.task.write([record({ key: 'a', value: { n: 1 } })]);
      const block = (write: boolean) =>
        service.use((client) =>
          client.indices.putSettings({ index, settings: { index: { blocks: { write } } } }),
        );
      await block(true);
      const more = [record({ key: 'b', value: { n: 2 } })];
      const error = await failureOf(sink.task.write(more));
      expect(error).toMatchObject({ class: 'transient', code: 'ELASTICSEARCH_INDEX_BLOCKED' });
      await block(false);
      await sink.task.write(more);
      expect((await service.documents(index)).size).toBe(2);
    });

    it('fails as transient while the server answers nobody, and writes when it does', async () => {
      const index = service.index();
      const sink = await startSink({
        ...{ ...service.options, index, 'read.timeout.ms': '1000', 'max.retries': '1' },
      });
      const batch = [record({ key: 'a', value: { n: 1 } })];
      service.freeze();
      const error = await failureOf(sink.task.write(batch)).finally(() => service.thaw());
      expect(error).toMatchObject({ class: 'transient', code: 'ELASTICSEARCH_SILENT' });
      const patient = await startSink({ ...service.options, index });
      await patient.task.write(batch);
      expect((await service.documents(index)).size).toBe(1);
    });
  });

  describe('how the sink writes', () => {
    it('never replaces what is newer, nor deletes it, and says so', async () => {
      const index = service.index();
      const version = { 'document.version': `\${header.v}` };
      const sink = await startSink({ ...service.options, index, ...version });
      const at = (v: number, value: unknown, key = 'a') =>
        record({ key, value, headers: [{ key: 'v', value: v }] });
      await sink.task.write([at(5, { n: 5 }), at(3, { n: 3 }), at(4, null), at(5, { n: 5 })]);
      expect(await service.documents(index)).toEqual(new Map([['a', { n: 5 }]]));
      expect(sink.figures.get('stale_records_total')?.at(-1)).toBe(2);
      expect(sink.warnings).toHaveLength(1);
      await sink.task.write([at(6, null), at(2, { n: 2 }, 'b')]);
      expect(await service.documents(index)).toEqual(new Map([['b', { n: 2 }]]));
      await sink.task.write([record({ key: 'c', value: {}, headers: [{ key: 'v', value: 'x' }] })]);
      expect(sink.rejected.at(-1)?.error.code).toBe('ELASTICSEARCH_VERSION_INVALID');
    });

    it('creates, merges and updates', async () => {
      const index = service.index();
      const written = { a: { n: 1, o: { x: 1 } } };
      const write = async (method: string, key: string, value: unknown) => {
        const sink = await startSink({ ...service.options, index, 'write.method': method });
        await sink.task.write([record({ key, value })]);
        return sink.rejected.map(({ error }) => error.class);
      };
      await write('create', 'a', written.a);
      expect(await write('create', 'a', { n: 9 })).toEqual([]);
      expect(await service.documents(index)).toEqual(new Map([['a', written.a]]));
      await write('upsert', 'a', { o: { y: 2 } });
      await write('upsert', 'b', { n: 2 });
      expect(await write('update', 'c', { n: 3 })).toEqual(['poison']);
      await write('update', 'b', { m: 3 });
      await write('upsert', 'd', null);
      expect(await service.documents(index)).toEqual(
        new Map([
          ['a', { n: 1, o: { x: 1, y: 2 } }],
          ['b', { n: 2, m: 3 }],
        ]),
      );
    });

    it('has Elasticsearch make ids, and uses routing and a pipeline', async () => {
      const index = service.index();
      await service.use((client) => client.ingest.putPipeline({ id: 'nothing', processors: [] }));
      const sink = await startSink({
        ...{ ...service.options, index, 'document.id': 'auto', 'behavior.on.null.values': 'ignore' },
        ...{ 'document.routing': `\${value.team}`, 'ingest.pipeline': 'nothing' },
      });
      const one = record({ key: 'a', value: { team: 'red' } });
      await sink.task.write([one, one, record({ key: 'a', value: null })]);
      await service.use(async (client) => {
        await client.indices.refresh({ index });
        const { hits } = await client.search({ index });
        expect(hits.hits.map(({ _routing, _source }) => [_routing, _source])).toEqual([
          ['red', { team: 'red' }],
          ['red', { team: 'red' }],
        ]);
      });
    });

    it('writes to data streams that it makes, each record once', async () => {
      const stream = {
        ...{ 'data.stream.type': 'logs', 'data.stream.dataset': 'shop', 'behavior.on.null.values': 'fail' },
        'data.stream.timestamp.field': 'at',
      };
      const topic = service.index();
      const sink = await startSink({ ...service.options, ...stream });
      const batch = [
        record({ topic, value: { at: '2026-01-02T03:04:05Z', n: 1 } }),
        record({ topic, value: '{"n": 2}', timestamp: Date.UTC(2026, 0, 1) }),
      ];
      await sink.task.write(batch);
      await sink.task.write([...batch, record({ topic, key: 'a' }), record({ topic, value: {} })]);
      expect(sink.rejected.map(({ error }) => error.code)).toEqual([
        'ELASTICSEARCH_NULL_VALUE',
        'ELASTICSEARCH_NO_TIMESTAMP',
      ]);
      const found = [...(await service.documents(`logs-shop-${topic}`)).values()];
      expect(found).toEqual([
        { at: '2026-01-02T03:04:05Z', n: 1, '@timestamp': '2026-01-02T03:04:05Z' },
        { n: 2, '@timestamp': Date.UTC(2026, 0, 1) },
      ]);
    });

    it('makes mappings of schemas, adds fields that come later, and plans both', async () => {
      const index = service.index();
      const options = { ...service.options, index, 'index.settings': '{"number_of_replicas": 0}' };
      const config = requireConfig(elasticSink.config, options);
      const plan = async (schema: Schema) =>
        await elasticSink.plan?.(
          config,
          [record({ key: 1, value: { id: 1 }, valueSchema: schema })],
          AbortSignal.timeout(30_000),
        );
      const first: Schema = { type: 'struct', fields: [{ field: 'id', type: 'int32' }] };
      const second: Schema = {
        type: 'struct',
        fields: [
          { field: 'id', type: 'int64' },
          { field: 'at', type: 'string', name: 'io.debezium.time.ZonedTimestamp' },
        ],
      };
      expect(await plan(first)).toMatchObject([{ what: `create index ${index} (1 fields of the schema)` }]);
      const sink = await startSink(options);
      await sink.task.write([record({ key: 1, value: { id: 1 }, valueSchema: first })]);
      expect(await plan(first)).toEqual([]);
      expect(await plan(second)).toMatchObject([{ what: `add fields to ${index}: at` }]);
      await sink.task.write([record({ key: 2, value: { id: 2, at: 'infinity' }, valueSchema: second })]);
      expect(sink.rejected).toEqual([]);
      await service.use(async (client) => {
        const { [index]: found } = await client.indices.getMapping({ index });
        expect(found?.mappings.properties).toEqual({
          id: { type: 'integer' },
          at: { type: 'date', ignore_malformed: true },
        });
        const settings = await client.indices.getSettings({ index });
        expect(settings[index]?.settings?.index?.number_of_replicas).toBe('0');
      });
    });

    it('chooses indexes by what records have, in small letters, and refuses names that none may have', async () => {
      const prefix = service.index();
      const sink = await startSink({
        ...service.options,
        index: `${prefix}-\${topic}-\${timestamp:yyyy.MM}`,
      });
      const timestamp = Date.UTC(2026, 4, 1);
      await sink.task.write([
        record({ topic: 'Orders', key: 'a', value: { n: 1 }, timestamp }),
        record({ topic: 'no name', key: 'b', value: { n: 1 }, timestamp }),
      ]);
      expect((await service.documents(`${prefix}-orders-2026.05`)).size).toBe(1);
      expect(sink.rejected.map(({ error }) => error.code)).toEqual(['ELASTICSEARCH_NAME_INVALID']);
    });

    it('takes names with any letters, and signs that mean something in a path', async () => {
      const prefix = service.index();
      const sink = await startSink({ ...service.options, index: `${prefix}-\${value.tenant}` });
      const tenants = ['東京', 'a%2fb', 'a%zz', '½&=;'];
      await sink.task.write(tenants.map((tenant) => record({ key: tenant, value: { tenant } })));
      await sink.task.write([record({ key: 'cut', value: { tenant: '\ud83d' } })]);
      expect(sink.rejected.map(({ record: { key } }) => key)).toEqual(['cut']);
      for (const tenant of tenants)
        expect([...(await service.documents(`${prefix}-${tenant}`)).keys()]).toEqual([tenant]);
    });
  });

  describe('rights', () => {
    const login = { 'connection.username': CLERK.username, 'connection.password': CLERK.password };

    it('are looked at before anything runs', async () => {
      const index = service.index();
      await service.use((client) => client.indices.create({ index }));
      await service.grant(index, ['read']);
      const options = { 'connection.url': service.url, ...login, index };
      expect(await problems(elasticSink, options)).toMatchObject([
        {
          key: 'connection.password',
          message: expect.stringContaining('index, delete, view_index_metadata'),
        },
      ]);
      expect(await problems(elasticSource, options)).toMatchObject([
        { key: 'connection.password', message: expect.stringContaining('monitor') },
      ]);
      expect(await problems(elasticSink, { ...options, 'connection.password': 'wrong' })).toMatchObject([
        { key: 'connection.password' },
      ]);
      expect(await problems(elasticSink, { 'connection.url': service.url, index })).toMatchObject([
        { key: 'connection.username' },
      ]);
      await service.grant(index, [
        'read',
        'monitor',
        'maintenance',
        'view_index_metadata',
        'write',
        'create_index',
      ]);
      expect(await problems(elasticSink, options)).toEqual([]);
      expect(await problems(elasticSource, options)).toEqual([]);
      const missing = service.index();
      await service.grant(missing, ['write', 'view_index_metadata']);
      expect(await problems(elasticSink, { ...options, index: missing })).toMatchObject([
        { key: 'connection.password', message: expect.stringContaining('create_index') },
      ]);
    });

    it('that are revoked stop the sink, which says so, and loses nothing', async () => {
      const index = service.index();
      const all = ['write', 'create_index', 'view_index_metadata', 'manage'];
      await service.grant(index, all);
      const sink = await startSink({ 'connection.url': service.url, ...login, index });
      await sink.task.write([record({ key: 'a', value: { n: 1 } })]);
      await service.grant(index, ['view_index_metadata']);
      const more = [record({ key: 'b', value: { n: 2 } })];
      const error = await failureOf(sink.task.write(more));
      expect(error).toMatchObject({ class: 'auth', code: 'ELASTICSEARCH_RIGHT_MISSING' });
      await service.grant(index, all);
      await sink.task.write(more);
      expect((await service.documents(index)).size).toBe(2);
    });

    it('on an alias alone may not read the index behind it', async () => {
      const [index, alias] = [service.index(), service.index()];
      await service.use((client) => client.indices.create({ index, aliases: { [alias]: {} } }));
      const reading = ['read', 'monitor', 'maintenance', 'view_index_metadata'];
      const options = { 'connection.url': service.url, ...login, index: alias };
      await service.grant(alias, reading);
      expect(await problems(elasticSource, options)).toMatchObject([
        { key: 'connection.password', message: expect.stringContaining(`on ${index}`) },
      ]);
      await service.grant('t*', reading);
      expect(await problems(elasticSource, options)).toEqual([]);
    });

    it('on a data stream alone may not make its template', async () => {
      const writing = ['create_doc', 'create_index', 'view_index_metadata', 'manage'];
      const dataset = service.index();
      const options = {
        ...{ 'connection.url': service.url, ...login, 'behavior.on.null.values': 'fail' },
        ...{ 'data.stream.type': 'logs', 'data.stream.dataset': dataset, 'data.stream.namespace': 'shop' },
      };
      const stream = `logs-${dataset}-shop`;
      await service.grant('logs-*', writing);
      expect(await problems(elasticSink, options)).toMatchObject([
        { key: 'connection.password', message: expect.stringContaining('manage_index_templates') },
      ]);
      await service.grant('logs-*', writing, ['monitor', 'manage_index_templates']);
      expect(await problems(elasticSink, options)).toEqual([]);
      const sink = await runSink(options);
      onTestFinished(() => sink.stop());
      await sink.task.write([record({ value: { n: 1 }, timestamp: 5 })]);
      expect((await service.documents(stream)).size).toBe(1);
      // What is there needs no template.
      await service.grant('logs-*', writing);
      expect(await problems(elasticSink, options)).toEqual([]);
    });

    it('that are revoked in mid-stream stops the source, which says so, and misses nothing', async () => {
      const index = service.index();
      const reading = ['read', 'monitor', 'maintenance', 'view_index_metadata'];
      const insert = (id: string) => service.use((client) => client.index({ index, id, document: { id } }));
      await insert('a');
      await service.grant(index, reading);
      const options = { 'connection.url': service.url, ...login, index, 'poll.interval.ms': '50' };
      const first = new SourceHarness(elasticSource, options);
      onTestFinished(() => first.stop());
      await first.start();
      await first.pollUntil('the document', (records) => records.length === 1, 60_000);
      await first.commit();
      await service.grant(index, ['view_index_metadata']);
      await insert('b');
      const polled = (async () => {
        for (;;) await first.poll(1_000);
      })();
      const error = await failureOf(polled);
      expect(error).toMatchObject({ class: 'auth', code: 'ELASTICSEARCH_RIGHT_MISSING' });
      expect(error.details.path).toBe('connection.password');
      expect(error.message).toContain('clerk');
      await service.grant(index, reading);
      const second = new SourceHarness(elasticSource, options, { offsets: first.offsets });
      onTestFinished(() => second.stop());
      await second.start();
      await second.pollUntil('the next document', (records) => records.length === 1, 60_000);
      expect(second.records.map(({ key }) => key)).toEqual(['b']);
    });
  });

  describe('over TLS', () => {
    const certificates = new Certificates();
    afterAll(() => certificates.remove());
    const own = certificates.make();

    const front = async (more: Readonly<Record<string, unknown>> = {}) => {
      const { cert, key } = own;
      const path = await NetworkPath.to(service.port, { cert, key, ...more });
      onTestFinished(() => path.close());
      return { port: path.port, url: `https://127.0.0.1:${path.port}` };
    };

    it('trusts the authority that connection.ca.path has, and no other', async () => {
      const proxy = await front();
      const index = service.index();
      const options = { ...service.options, 'connection.url': proxy.url, index };
      const trusting = { ...options, 'connection.ca.path': own.certFile };
      expect(await problems(elasticSink, trusting)).toEqual([]);
      const sink = await runSink(trusting);
      onTestFinished(() => sink.stop());
      await sink.task.write([record({ key: 'a', value: { n: 1 } })]);
      expect([...(await service.documents(index)).keys()]).toEqual(['a']);
      for (const more of [{}, { 'connection.ca.path': certificates.make().certFile }])
        expect(await problems(elasticSink, { ...options, ...more })).toMatchObject([
          { key: 'connection.ca.path', message: expect.stringMatching(/certificate/) },
        ]);
      await expect(runSink(options)).rejects.toMatchObject({
        class: 'config',
        code: 'ELASTICSEARCH_TLS_REFUSED',
      });
    });

    it('refuses a server whose certificate has another address', async () => {
      const proxy = await front();
      const named = `https://localhost:${proxy.port}`;
      const options = { ...service.options, 'connection.url': named, index: 'i' };
      expect(await problems(elasticSink, { ...options, 'connection.ca.path': own.certFile })).toMatchObject([
        { key: 'connection.ca.path', message: expect.stringMatching(/altnames/) },
      ]);
    });

    it('shows a certificate of its own where servers ask for one', async () => {
      const mine = certificates.make('a key’s password');
      const proxy = await front({ requestCert: true, rejectUnauthorized: true, ca: mine.cert });
      const options = {
        ...{ ...service.options, 'connection.url': proxy.url, index: service.index() },
        'connection.ca.path': own.certFile,
      };
      const shown = { 'connection.cert.path': mine.certFile, 'connection.key.path': mine.keyFile };
      const password = { 'connection.key.password': 'a key’s password' };
      expect(await problems(elasticSink, { ...options, ...shown, ...password })).toEqual([]);
      const [refused] = (await problems(elasticSink, options)) ?? [];
      expect(refused?.key).toMatch(/^connection\.(?:ca\.path|url)$/);
      const [wrong] = (await problems(elasticSink, { ...options, ...shown })) ?? [];
      expect(wrong).toMatchObject({ key: 'connection.cert.path' });
      expect(() =>
        requireConfig(elasticSink.config, { ...options, 'connection.cert.path': mine.certFile }),
      ).toThrow(/connection\.key\.path/);
    });

    it('is told from no TLS at all', async () => {
      const https = `https://127.0.0.1:${service.port}`;
      const [problem] = (await problems(elasticSink, { 'connection.url': https, index: 'i' })) ?? [];
      expect(problem?.key).toMatch(/^connection\.(?:ca\.path|url)$/);
      expect(problem?.message).toMatch(/TLS|authority/);
    });
  });

  it('takes an API key, and says when it is none', async () => {
    const wrong = { 'connection.url': service.url, 'connection.api.key': 'bm9ib2R5OnNlY3JldA==', index: 'i' };
    expect(await problems(elasticSink, wrong)).toMatchObject([{ key: 'connection.api.key' }]);
  });

  describe('the source', () => {
    it('gives each document as it is, its changes once, and one that was written again', async () => {
      const index = service.index();
      const source = new SourceHarness(elasticSource, {
        ...{ ...service.options, index: `${index}*`, 'poll.interval.ms': '50' },
        topic: `es.\${index}`,
      });
      onTestFinished(() => source.stop());
      await source.start();
      await service.use(async (client) => {
        await client.indices.create({ index, settings: { number_of_shards: 3 } });
        const body = '{"n": 9007199254740993, "text": "a"}';
        await client.transport.request(
          { method: 'PUT', path: `/${index}/_doc/a`, body },
          { headers: { 'content-type': 'application/json' } },
        );
        await client.index({ index, id: 'b', routing: 'r', document: { n: 1 } });
      });
      await source.pollUntil('the documents', (records) => records.length === 2, 60_000);
      const [a, b] = source.records.toSorted((left, right) =>
        String(left.key) < String(right.key) ? -1 : 1,
      );
      expect(a).toMatchObject({ topic: `es.${index}`, key: 'a', value: { n: 9007199254740993n, text: 'a' } });
      expect(b?.headers.find(({ key }) => key === '__routing')?.value).toBe('r');
      await service.use(async (client) => {
        await client.index({ index, id: 'a', document: { n: 2 } });
        await client.index({ index, id: 'a', document: { n: 3 } });
        await client.delete({ index, id: 'b', routing: 'r' });
        await client.index({ index: `${index}-later`, id: 'c', document: { n: 4 } });
      });
      const latest = () => new Map(source.records.map(({ key, value }) => [key, value]));
      await source.pollUntil('the changes', () => latest().has('c'), 60_000);
      await source.pollUntil('the newest', () => (latest().get('a') as { n: unknown }).n === 3, 60_000);
      expect(source.records.filter(({ key }) => key === 'b')).toHaveLength(1);
    });

    it('reads an index that was made anew from its beginning', async () => {
      const index = service.index();
      const fill = (ids: readonly string[]) =>
        service.use(async (client) => {
          for (const id of ids) await client.index({ index, id, document: { id } });
        });
      await fill(['a', 'b', 'c']);
      const options = { ...service.options, index, 'poll.interval.ms': '50' };
      const first = new SourceHarness(elasticSource, options);
      onTestFinished(() => first.stop());
      await first.start();
      await first.pollUntil('the documents', (records) => records.length === 3, 60_000);
      await first.commit();
      await first.stop();
      await service.use((client) => client.indices.delete({ index }));
      await fill(['d']);
      const second = new SourceHarness(elasticSource, options, { offsets: first.offsets });
      onTestFinished(() => second.stop());
      await second.start();
      await second.pollUntil('the new document', (records) => records.length === 1, 60_000);
      expect(second.records[0]?.key).toBe('d');
    });

    it('waits for the servers’ own refresh where it may not ask for one', async () => {
      const index = service.index();
      await service.use(async (client) => {
        await client.indices.create({ index, settings: { refresh_interval: '200ms' } });
        await client.index({ index, id: 'a', document: {} });
      });
      const source = new SourceHarness(elasticSource, {
        ...{ ...service.options, index, 'poll.interval.ms': '50' },
        ...{ refresh: 'false', 'refresh.wait.ms': '2000' },
      });
      onTestFinished(() => source.stop());
      await source.start();
      await source.pollUntil('the document', (records) => records.length === 1, 60_000);
      expect(source.records[0]?.key).toBe('a');
    });
  });

  describe('an index that the servers do not refresh by themselves', () => {
    it('is refused with refresh=false, and never passed over', async () => {
      const index = service.index();
      const put = (id: string, refresh: boolean) =>
        service.use((client) => client.index({ index, id, document: { id }, refresh }));
      await service.use((client) =>
        client.indices.create({ index, settings: { refresh_interval: '-1', number_of_replicas: 0 } }),
      );
      await put('a', false);
      const options = {
        ...{ ...service.options, index, 'poll.interval.ms': '50' },
        ...{ refresh: 'false', 'refresh.wait.ms': '300' },
      };
      expect(await problems(elasticSource, options)).toMatchObject([
        { key: 'refresh', message: expect.stringContaining(index) },
      ]);
      const source = new SourceHarness(elasticSource, options);
      onTestFinished(() => source.stop());
      await source.start();
      await eventually('a notice', async () => {
        await source.poll(100);
        return source.notices.get('refresh')?.includes(index);
      });
      // Longer than changes are left alone.
      expect(await source.poll(1_000)).toBeNull();
      await put('b', true);
      await source.pollUntil('the first', (records) => records.length === 1, 60_000);
      // Nobody says whether the refresh came behind the second.
      expect(await source.poll(1_000)).toBeNull();
      await put('c', false);
      await service.use((client) =>
        client.indices.putSettings({ index, settings: { refresh_interval: '100ms' } }),
      );
      await source.pollUntil('all', (records) => records.length === 3, 60_000);
      expect(source.records.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
      expect(source.notices.has('refresh')).toBe(false);
    });
  });

  it('reads more indexes than one line of a request takes', async () => {
    const prefix = service.index();
    const names = Array.from({ length: 18 }, (_, n) => `${prefix}-${'of-a-long-name-'.repeat(15)}${n}`);
    await service.use(async (client) => {
      await Promise.all(names.map((index) => client.index({ index, id: index, document: {} })));
    });
    const options = { ...service.options, index: `${prefix}*`, 'poll.interval.ms': '50' };
    const source = new SourceHarness(elasticSource, options);
    onTestFinished(() => source.stop());
    await source.start();
    await source.pollUntil('all', (records) => records.length === names.length, 60_000);
    expect(source.records.map(({ key }) => key).toSorted()).toEqual(names.toSorted());
    await service.use((client) => client.indices.delete({ index: `${prefix}*` }));
  });

  it('fails for now while the server answers nobody, says so, and misses nothing of the source', async () => {
    const index = service.index();
    const put = (id: string) => service.use((client) => client.index({ index, id, document: { id } }));
    await put('a');
    const options = { ...service.options, index, 'poll.interval.ms': '50', 'read.timeout.ms': '8000' };
    const source = new SourceHarness(elasticSource, options);
    onTestFinished(() => source.stop());
    await source.start();
    await source.pollUntil('the document', (records) => records.length === 1, 60_000);
    service.freeze();
    const polled = (async () => {
      for (;;) await source.poll(1_000);
    })();
    const error = await failureOf(polled).finally(() => service.thaw());
    expect(error).toMatchObject({ class: 'transient', code: 'ELASTICSEARCH_SILENT' });
    await source.commit();
    await put('b');
    const again = new SourceHarness(elasticSource, options, { offsets: source.offsets });
    onTestFinished(() => again.stop());
    await again.start();
    await again.pollUntil('the next document', (records) => records.length === 1, 60_000);
    expect(again.records[0]?.key).toBe('b');
  });

  describe('a way to the server that breaks', () => {
    let path: NetworkPath;
    beforeEach(async () => {
      path = await NetworkPath.to(service.port);
    });
    afterEach(() => path.close());

    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
    const through = (more: Readonly<Record<string, string>> = {}) => ({
      ...{ ...service.options, 'connection.url': `http://127.0.0.1:${path.port}` },
      ...more,
    });
    const insert = (index: string, from: number, to: number) =>
      service.use((client) =>
        client.bulk({
          index,
          operations: range(from, to).flatMap((n) => [{ index: { _id: `${n}` } }, { n }]),
        }),
      );
    const reading = async (
      index: string,
      more: Readonly<Record<string, string>> = {},
      before?: SourceHarness,
    ) => {
      const options = through({ index, 'poll.interval.ms': '50', 'batch.size': '100', ...more });
      const task = new SourceHarness(elasticSource, options, before && { offsets: before.offsets });
      onTestFinished(() => task.stop());
      await task.start();
      return task;
    };
    const writing = async (index: string, more: Readonly<Record<string, string>> = {}) => {
      const sink = new SinkHarness(elasticSink, through({ index, 'retry.backoff.ms': '10', ...more }));
      onTestFinished(() => sink.stop());
      await sink.start();
      return sink;
    };
    const records = (from: number, to: number) =>
      range(from, to).map((n) => record({ key: `${n}`, value: { n } }));
    const numbers = (task: SourceHarness) =>
      task.records.map(({ value }) => Number((value as { n: number }).n)).toSorted((a, b) => a - b);
    const count = (n: number) => (all: readonly unknown[]) => all.length >= n;
    const failureIn = (task: SourceHarness) => failureOf(task.pollUntil('a failure', () => false, 60_000));

    it('fails a source for now when it is cut, says so, and misses nothing afterwards', async () => {
      const index = service.index();
      await insert(index, 1, 300);
      const task = await reading(index);
      await task.pollUntil('the first documents', count(120), 60_000);
      await task.commit();
      const read = numbers(task);
      path.block();
      const error = await failureIn(task);
      expect(error).toMatchObject({ class: 'transient', code: 'ELASTICSEARCH_UNREACHABLE' });
      expect(error.message).toMatch(/^Reading from Elasticsearch failed: /);
      const more = numbers(task).slice(read.length);
      await task.commit();
      path.unblock();
      await insert(index, 301, 310);
      const again = await reading(index, {}, task);
      await again.pollUntil('the rest', count(310 - task.records.length), 60_000);
      expect(more.length + read.length).toBe(task.records.length);
      expect([...numbers(task), ...numbers(again)].toSorted((a, b) => a - b)).toEqual(range(1, 310));
    });

    it('is waited for by both sides where nothing passes for a while, and bears a slow line', async () => {
      const index = service.index();
      await insert(index, 1, 50);
      const task = await reading(index);
      await task.pollUntil('the first documents', count(50), 60_000);
      const sink = await writing(index);
      path.hold();
      const writes = sink.write(records(51, 100));
      expect(await task.poll(1_500)).toBeNull();
      path.release();
      path.delay(5);
      await writes;
      await task.pollUntil('the others', count(100), 60_000);
      expect(numbers(task)).toEqual(range(1, 100));
    });

    it('is given up where it falls silent, in bounded time, and made anew where a firewall has forgotten it', async () => {
      const index = service.index();
      const impatient = { 'read.timeout.ms': '8000' };
      await insert(index, 0, 0);
      const sink = await writing(index, impatient);
      await sink.write(records(1, 10));
      const task = await reading(index, impatient);
      await task.pollUntil('the first documents', count(11), 60_000);
      await task.commit();
      path.forget();
      const silent = { class: 'transient', code: 'ELASTICSEARCH_SILENT' };
      const [read, written] = await Promise.all([failureIn(task), failureOf(sink.write(records(11, 20)))]);
      expect(read).toMatchObject(silent);
      expect(written).toMatchObject(silent);
      expect(written.details.hint).toContain('read.timeout.ms');
      await eventually(
        'a write',
        async () => {
          await sink.write(records(11, 20));
          return true;
        },
        60_000,
      );
      const again = await reading(index, {}, task);
      await again.pollUntil('the others', count(10), 60_000);
      expect(numbers(again)).toEqual(range(11, 20));
    });

    it('is told in the status while a sink tries again, and what was cut off is written once', async () => {
      const index = service.index();
      const sink = await writing(index, { 'max.retries': '1000', 'retry.backoff.ms': '50' });
      await sink.write(records(1, 10));
      path.block();
      const writes = sink.write(records(11, 20));
      const text = await eventually('a notice', () => sink.notices.get('writing') ?? null);
      expect(text).toMatch(/^Writing to Elasticsearch failed: .* It is tried again\.$/);
      path.unblock();
      await writes;
      expect(sink.notices.has('writing')).toBe(false);
      const found = await service.documents(index);
      expect(found.size).toBe(20);
    });

    it('is told from servers that have too much to do, of which a source misses nothing', async () => {
      const index = service.index();
      await insert(index, 1, 10);
      const task = await reading(index);
      await task.pollUntil('the first documents', count(10), 60_000);
      await task.commit();
      const limit = (value: string | null) =>
        service.use((client) =>
          client.cluster.putSettings({ persistent: { 'indices.breaker.total.limit': value } }),
        );
      await insert(index, 11, 12);
      await limit('1%');
      const error = await failureIn(task).finally(() => limit(null));
      const read = numbers(task).length;
      await task.commit();
      expect(error).toMatchObject({ class: 'throttled', code: 'ELASTICSEARCH_THROTTLED' });
      expect(error.details.hint).toContain('batch.size of a source');
      await insert(index, 13, 14);
      const again = await reading(index, {}, task);
      await again.pollUntil('the others', count(14 - read), 60_000);
      expect([...numbers(task), ...numbers(again)].toSorted((a, b) => a - b)).toEqual(range(1, 14));
    });
  });

  describe('the example of the README', () => {
    /** The configs that the README shows, without what is the runtime's. */
    const examples = (): readonly Record<string, string>[] => {
      const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
      return [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => {
        const config = JSON.parse(text) as Record<string, string>;
        const own = Object.entries(config).filter(
          ([key]) => !/^(?:connector\.class|topics|errors\..*|(?:key|value)\.converter.*)$/.test(key),
        );
        return { ...Object.fromEntries(own), ...service.options };
      });
    };

    it('does what it says', async () => {
      const [sinkOptions = {}, sourceOptions = {}] = examples();
      const sink = new SinkHarness(elasticSink, sinkOptions);
      const source = new SourceHarness(elasticSource, sourceOptions);
      onTestFinished(async () => {
        await sink.stop();
        await source.stop();
      });
      await sink.start();
      const timestamp = Date.UTC(2026, 5, 1);
      await sink.write([
        // As JsonConverter without schemas reads them.
        record({ key: { id: 7 }, value: JSON.parse('{"total": 9.90, "paid": true}'), timestamp }),
        record({ key: { id: 8 }, value: { total: 1, paid: false }, timestamp }),
      ]);
      expect([...(await service.documents('orders-2026')).keys()]).toEqual(['7', '8']);
      await source.start();
      await source.pollUntil('the order', (records) => records.length > 0, 60_000);
      expect(source.records).toMatchObject([{ topic: 'paid-orders', key: '7' }]);
      expect(jsonText(source.records[0]?.value)).toBe('{"total":9.9,"paid":true}');
    });
  });
});
