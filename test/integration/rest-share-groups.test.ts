import { createAdmin, createProducer, createShareConsumer } from '@millrace/client';
import type { ResetOutcome, ShareGroupDetail } from '@millrace/rest-api/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Millrace, startMillrace } from '../support/millrace.ts';

let millrace: Millrace;

beforeAll(async () => {
  millrace = await startMillrace();
}, 60_000);
afterAll(() => millrace?.close());

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${millrace.rest}/api/v1${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? null : JSON.parse(text) };
}

test('a share group is described with its lag, and taken back when nobody is in it', async () => {
  const options = { bootstrapServers: [millrace.kafka] };
  await call('POST', '/topics', { name: 'jobs' });
  const admin = createAdmin(options);
  await admin.alterConfigs('group', 'workers', { 'share.auto.offset.reset': 'earliest' });
  await admin.close();
  const producer = createProducer(options);
  await producer.send(
    Array.from({ length: 10 }, () => ({ topic: 'jobs', key: null, value: Buffer.from('x') })),
  );
  await producer.close();
  const consumer = createShareConsumer({ ...options, groupId: 'workers' });
  consumer.subscribe(['jobs']);
  let done = 0;
  await eventually(
    async () => {
      done += (await consumer.poll(200)).length;
      return done >= 10;
    },
    { what: 'records' },
  );
  const described = async () => (await call('GET', '/share-groups/workers')).json as ShareGroupDetail;
  expect((await described()).partitions).toMatchObject([
    { inFlight: { acquired: 10, oldestLockMs: expect.any(Number) }, deliveries: [{ count: 1, records: 10 }] },
  ]);
  await consumer.commit();
  await eventually(async () => (await described()).lag === 0, { what: 'the lag to end' });
  expect((await described()).partitions).toMatchObject([{ inFlight: { acquired: 0 }, deliveries: [] }]);
  expect(await described()).toMatchObject({
    ...{ groupId: 'workers', state: 'Stable', connector: null },
    members: [{ assignment: [{ topic: 'jobs', partitions: [0] }] }],
    partitions: [{ topic: 'jobs', partition: 0, endOffset: 10, lag: 0 }],
  });
  const refused = await call('POST', '/share-groups/workers/offsets', { target: { to: 'earliest' } });
  expect(refused).toMatchObject({ status: 409, json: { code: 'NON_EMPTY_GROUP' } });
  await consumer.close();
  const back = await call('POST', '/share-groups/workers/offsets', { target: { to: 'earliest' } });
  expect(back.json as ResetOutcome).toMatchObject({ applied: true, changes: [{ after: 0 }] });
  await eventually(async () => (await described()).lag === 10, { what: 'the lag of all records' });
  expect((await call('GET', '/share-groups')).json.items).toMatchObject([{ groupId: 'workers', lag: 10 }]);
  expect((await call('GET', '/groups?search=workers')).json.total).toBe(0);
  expect((await call('DELETE', '/share-groups/workers')).status).toBe(204);
  expect((await call('GET', '/share-groups/workers')).status).toBe(404);
}, 60_000);
