import { acceptance, type SinkPlace, type SourcePlace } from '@millrace/sdk/testing';
import type { MongoClient } from 'mongodb';
import manifest from '../src/index.ts';
import { sinkOptions, sourceOptions } from './connectors.ts';
import { Service, unavailable } from './service.ts';

const service = new Service();
const outage = {
  begin: () => service.halt(),
  end: async () => {
    await service.start();
  },
};

/** A collection that keeps every entry; `_id` holds the entry's key, so that a deletion tells it. */
async function openSource(): Promise<SourcePlace> {
  const database = service.database();
  const entries = (client: MongoClient) =>
    client.db(database).collection<{ _id: { k: string; n: number }; v: string }>('entries');
  await service.use((client) => client.db(database).createCollection('entries'));
  let n = 0;
  return {
    options: sourceOptions(service, database),
    unstartable: { 'connection.uri': 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500' },
    insert: (all) =>
      service.use(async (client) => {
        for (const { key, value } of all) {
          if (value === null) await entries(client).deleteOne({ '_id.k': key });
          else await entries(client).insertOne({ _id: { n: ++n, k: key }, v: value });
        }
      }),
    entryOf: ({ key, value }) => ({
      key: (key as { _id: { k: string } })._id.k,
      value: (value as { v: string } | null)?.v ?? null,
    }),
    close: async () => {
      await service.use((client) => client.db(database).dropDatabase());
    },
  };
}

/** A collection of texts by key, which refuses the text "poison". */
async function openSink(more: Record<string, string> = {}): Promise<SinkPlace> {
  const database = service.database();
  await service.use((client) =>
    client.db(database).createCollection('entries', { validator: { v: { $ne: 'poison' } } }),
  );
  const record: SinkPlace['record'] = ({ key, value }, { partition, offset }) => ({
    topic: 'entries',
    partition,
    offset,
    key,
    value: value === null ? null : { v: value },
    headers: [],
    timestamp: null,
  });
  return {
    options: sinkOptions(service, database, more),
    unstartable: { 'connection.uri': 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500' },
    record,
    poison: (position) => record({ key: 'bad', value: 'poison' }, position),
    contents: () =>
      service.use(async (client) => {
        const entries = client.db(database).collection<{ _id: string; v: string }>('entries');
        const all = await entries.find().sort({ _id: 1 }).toArray();
        return all.map(({ _id: key, v: value }) => ({ key, value }));
      }),
    close: async () => {
      await service.use((client) => client.db(database).dropDatabase());
    },
  };
}

acceptance({
  manifest,
  unavailable,
  setup: async () => {
    await service.start();
  },
  teardown: () => service.close(),
  source: {
    class: 'MongoDbSource',
    open: openSource,
    outage,
    abilities: { deletes: true, exactResume: true },
    refusals: [
      {
        what: 'an address that is none',
        options: { 'connection.uri': 'localhost:27017' },
        key: 'connection.uri',
      },
      {
        what: 'an address without server',
        options: { 'connection.uri': 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500' },
        key: 'connection.uri',
      },
      { what: 'a pipeline that is none', options: { pipeline: '{' }, key: 'pipeline' },
      { what: 'a stage that nobody knows', options: { pipeline: '[{"$nothing": 1}]' }, key: 'pipeline' },
      {
        what: 'a collection without database',
        options: { database: '', collection: 'c' },
        key: 'collection',
      },
      {
        what: 'a pattern that is none',
        options: { 'collection.include.list': 'a.(' },
        key: 'collection.include.list',
      },
      {
        what: 'images that are not recorded',
        options: { 'change.stream.full.document': 'required' },
        key: 'change.stream.full.document',
      },
      {
        what: 'a start at no time',
        options: { 'startup.mode': 'timestamp' },
        key: 'startup.mode.timestamp.start.at.operation.time',
      },
    ],
  },
  sink: {
    class: 'MongoDbSink',
    open: openSink,
    outage,
    abilities: { keeps: 'last', idempotent: true, tombstones: 'delete' },
    exactlyOnce: { 'delivery.guarantee': 'exactly_once' },
    refusals: [
      { what: 'an address that is none', options: { 'connection.uri': 'localhost' }, key: 'connection.uri' },
      {
        what: 'an address without server',
        options: { 'connection.uri': 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500' },
        key: 'connection.uri',
      },
      {
        what: 'tombstones that name no document',
        options: { 'document.id.strategy': 'kafka_meta' },
        key: 'delete.on.null.values',
      },
      { what: 'a map that is none', options: { 'topic.collection.map': '[]' }, key: 'topic.collection.map' },
    ],
  },
});
