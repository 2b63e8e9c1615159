import { acceptance, NetworkPath, type SinkPlace, type SourcePlace } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';
import { Service, unavailable } from './service.ts';

const service = new Service();
let path: NetworkPath;
const url = () => `http://127.0.0.1:${path.port}`;
const outage = {
  begin: async () => path.block(),
  end: async () => path.unblock(),
};
/** A port that nobody listens on. */
const nobody = { 'connection.url': 'http://127.0.0.1:1' };

/** An index of texts by _id, which takes numbers in `n` only. */
async function openSink(): Promise<SinkPlace> {
  const index = service.index();
  await service.use((client) =>
    client.indices.create({
      index,
      mappings: { properties: { v: { type: 'keyword' }, n: { type: 'long' } } },
    }),
  );
  const record: SinkPlace['record'] = ({ key, value }, { partition, offset }) => ({
    topic: index,
    partition,
    offset,
    key,
    value: value === null ? null : { v: value },
    headers: [],
    timestamp: null,
  });
  return {
    options: { 'connection.url': url() },
    unstartable: nobody,
    record,
    poison: (position) => ({ ...record({ key: 'bad', value: '' }, position), value: { n: 'poison' } }),
    contents: async () => {
      const found = await service.documents(index);
      return [...found]
        .map(([key, source]) => ({ key, value: (source as { v: string }).v }))
        .toSorted((a, b) => (a.key < b.key ? -1 : 1));
    },
    close: async () => {
      await service.use((client) => client.indices.delete({ index }));
    },
  };
}

/** An index that keeps every entry, each as a document of its own; two shards would have no order between them. */
async function openSource(): Promise<SourcePlace> {
  const index = service.index();
  let n = 0;
  await service.use((client) =>
    client.indices.create({ index, mappings: { properties: { v: { type: 'keyword' } } } }),
  );
  return {
    options: { 'connection.url': url(), index, 'poll.interval.ms': '100', 'batch.size': '200' },
    unstartable: nobody,
    insert: (entries) =>
      service.use(async (client) => {
        const operations = entries.flatMap(({ key: k, value: v }) => [
          { create: { _id: `${++n}` } },
          { k, v },
        ]);
        const { errors } = await client.bulk({ index, operations });
        if (errors) throw new Error('the server refused an entry');
      }),
    entryOf: ({ value }) => {
      const { k, v } = value as { k: string; v: string };
      return { key: k, value: v };
    },
    close: async () => {
      await service.use((client) => client.indices.delete({ index }));
    },
  };
}

acceptance({
  manifest,
  unavailable,
  setup: async () => {
    await service.start();
    path = await NetworkPath.to(service.port);
  },
  teardown: async () => {
    await path.close();
    await service.close();
  },
  source: {
    class: 'ElasticsearchSource',
    open: openSource,
    outage,
    abilities: { exactResume: true },
    refusals: [
      { what: 'an address that is none', options: { 'connection.url': 'localhost' }, key: 'connection.url' },
      { what: 'an address without server', options: nobody, key: 'connection.url' },
      { what: 'an index that is not there', options: { index: 'no-such-index' }, key: 'index' },
      { what: 'a query that is none', options: { query: '[' }, key: 'query' },
      { what: 'a query that nobody knows', options: { query: '{"nothing": {}}' }, key: 'query' },
      { what: 'a topic that may not be', options: { topic: 'a topic' }, key: 'topic' },
    ],
  },
  sink: {
    class: 'ElasticsearchSink',
    open: openSink,
    outage,
    abilities: { keeps: 'last', idempotent: true, tombstones: 'delete' },
    refusals: [
      {
        what: 'an address that is none',
        options: { 'connection.url': 'localhost' },
        key: 'connection.url',
      },
      { what: 'an address without server', options: nobody, key: 'connection.url' },
      {
        what: 'a login in an address',
        options: { 'connection.url': 'http://a:b@127.0.0.1:9200' },
        key: 'connection.url',
      },
      { what: 'a place that stands for nothing', options: { index: `\${table}` }, key: 'index' },
      {
        what: 'an index that is not there and not to be made',
        options: { index: 'no-such-index', 'index.create': 'false' },
        key: 'index',
      },
      { what: 'an _id that all share', options: { 'document.id': 'the one' }, key: 'document.id' },
      {
        what: 'updates of documents without names',
        options: { 'document.id': 'auto', 'write.method': 'upsert', 'behavior.on.null.values': 'ignore' },
        key: 'document.id',
      },
      {
        what: 'deletions from a data stream',
        options: { 'data.stream.type': 'logs' },
        key: 'behavior.on.null.values',
      },
      {
        what: 'a pipeline that nobody made',
        options: { 'ingest.pipeline': 'no-such-pipeline' },
        key: 'ingest.pipeline',
      },
      { what: 'settings that are none', options: { 'index.settings': '[]' }, key: 'index.settings' },
      {
        what: 'a user beside an API key',
        options: { 'connection.api.key': 'abc', 'connection.username': 'elastic' },
        key: 'connection.api.key',
      },
    ],
  },
});
