import { readFileSync } from 'node:fs';
import { jsonText } from '@millrace/sdk';
import { SinkHarness, SourceHarness } from '@millrace/sdk/testing';
import { Decimal128, type Document, Int32 } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { mongoSink, mongoSource } from './connectors.ts';
import { Service, unavailable } from './service.ts';

const service = new Service();

/** The configs that the README shows, without what is the runtime's. */
function examples(): readonly Record<string, string>[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  return [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => {
    const config = JSON.parse(text) as Record<string, string>;
    const own = Object.entries(config).filter(
      ([key]) => !/^(?:connector\.class|topics|(?:key|value)\.converter.*)$/.test(key),
    );
    return { ...Object.fromEntries(own), 'connection.uri': service.uri };
  });
}

describe.skipIf(unavailable !== undefined)('the example of the README', () => {
  beforeAll(async () => {
    await service.start();
  });
  afterAll(() => service.close());

  it('does what it says', async () => {
    const [sourceOptions = {}, sinkOptions = {}] = examples();
    const client = await service.client();
    const shop = client.db('shop');
    await shop.collection('customers').insertOne({ name: 'Ada' });
    await shop.collection('drafts').insertOne({ name: 'not chosen' });
    const source = new SourceHarness(mongoSource, sourceOptions);
    const sink = new SinkHarness(mongoSink, sinkOptions);
    onTestFinished(async () => {
      await source.stop();
      await sink.stop();
    });
    await source.start();
    await sink.start();
    await source.pollUntil('the copy', (records) => records.length === 1);
    await shop
      .collection<Document>('orders')
      .insertOne({ _id: new Int32(1), total: Decimal128.fromString('9.90') } as Document);
    await source.pollUntil('the change', (records) => records.length === 2);
    expect(source.records[1]).toMatchObject({
      topic: 'mongo.shop.orders',
      key: { _id: { $numberInt: '1' } },
      value: { _id: { $numberInt: '1' }, total: { $numberDecimal: '9.90' } },
    });
    // As JsonConverter without schemas carries them.
    const carried = source.records.map((record, offset) => ({
      ...record,
      ...{
        partition: 0,
        offset,
        key: JSON.parse(jsonText(record.key)),
        value: JSON.parse(jsonText(record.value)),
      },
    }));
    await sink.write(carried);
    const copy = client.db('copy');
    expect(await copy.collection<Document>('orders').find({}, { promoteValues: false }).toArray()).toEqual([
      { _id: new Int32(1), total: Decimal128.fromString('9.90') },
    ]);
    expect(await copy.collection('customers').find().toArray()).toEqual(
      await shop.collection('customers').find().toArray(),
    );
  });
});
