import { acceptance, type SourcePlace } from '@millrace/sdk/testing';
import type { MongoClient } from 'mongodb';
import manifest from '../src/index.ts';
import { sourceOptions } from './connectors.ts';
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
});
