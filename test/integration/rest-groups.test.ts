import { type Consumer, createConsumer, createProducer } from '@millrace/client';
import type { GroupDetail, GroupPage, ResetOutcome } from '@millrace/rest-api/contract';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Millrace, startMillrace } from '../support/millrace.ts';

const TOPIC = 'read';
const AT = 1_700_000_000_000;
let millrace: Millrace;

beforeAll(async () => {
  millrace = await startMillrace();
  await call('POST', '/topics', { name: TOPIC, partitions: 2 });
  const producer = createProducer({ bootstrapServers: [millrace.kafka] });
  const record = (i: number) => ({
    ...{ topic: TOPIC, partition: i % 2, key: null, timestamp: AT + i * 1_000 },
    value: Buffer.from(String(i)),
  });
  await producer.send(Array.from({ length: 40 }, (_, i) => record(i)));
  await producer.close();
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

/** A member that has read and committed so many records of each partition. */
async function member(groupId: string, count: number): Promise<Consumer> {
  const consumer = createConsumer({
    bootstrapServers: [millrace.kafka],
    groupId,
    autoOffsetReset: 'earliest',
    enableAutoCommit: false,
  });
  onTestFinished(() => consumer.close());
  consumer.subscribe([TOPIC]);
  await eventually(
    async () => {
      await consumer.poll(100);
      return consumer.assignment().length === 2;
    },
    { what: 'partitions' },
  );
  await consumer.commit([0, 1].map((partition) => ({ topic: TOPIC, partition, offset: count })));
  return consumer;
}

const describe = async (group: string) => (await call('GET', `/groups/${group}`)).json as GroupDetail;

async function reset(group: string, target: object, more: object = {}): Promise<ResetOutcome> {
  const { status, json } = await call('POST', `/groups/${group}/offsets`, { target, ...more });
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
}

test('a group is listed and described, with members, their partitions and its lag', async () => {
  await member('readers', 5);
  const { items } = (await call('GET', '/groups?search=readers')).json as GroupPage;
  expect(items).toEqual([
    {
      ...{ groupId: 'readers', state: 'Stable', protocolType: 'consumer', members: 1, topics: [TOPIC] },
      ...{ lag: 30, connector: null },
    },
  ]);
  expect((await call('GET', `/topics/${TOPIC}/groups`)).json).toEqual([
    { groupId: 'readers', kind: 'consumer', state: 'Stable', members: 1, lag: 30 },
  ]);
  const group = await describe('readers');
  expect(group).toMatchObject({ state: 'Stable', lag: 30, connector: null });
  expect(group.members).toMatchObject([{ assignment: [{ topic: TOPIC, partitions: [0, 1] }] }]);
  expect(group.offsets).toMatchObject(
    [0, 1].map((partition) => ({
      ...{ topic: TOPIC, partition, committedOffset: 5, startOffset: 0, endOffset: 20, lag: 15 },
      memberId: group.members[0]?.memberId,
    })),
  );
});

test('positions of a group with members can be previewed, and are moved only when they have gone', async () => {
  const consumer = await member('busy', 10);
  const preview = await reset('busy', { to: 'earliest' }, { preview: true });
  expect(preview).toMatchObject({ applied: false, again: 20, skipped: 0 });
  const refused = await call('POST', '/groups/busy/offsets', { target: { to: 'earliest' } });
  expect(refused).toMatchObject({ status: 409, json: { code: 'NON_EMPTY_GROUP' } });
  expect((await call('DELETE', '/groups/busy')).status).toBe(409);
  await consumer.close();
  expect((await describe('busy')).lag).toBe(20);
  expect(await reset('busy', { to: 'earliest' })).toMatchObject({ applied: true, again: 20 });
  expect((await describe('busy')).lag).toBe(40);
  expect((await call('DELETE', '/groups/busy')).status).toBe(204);
  expect((await call('GET', '/groups/busy')).status).toBe(404);
});

test('positions are moved to where it was said', async () => {
  await (await member('moved', 10)).close();
  const after = ({ changes }: ResetOutcome) => changes.map((change) => change.after);
  expect(after(await reset('moved', { to: 'latest' }))).toEqual([20, 20]);
  expect(await reset('moved', { to: 'shift', by: -5 })).toMatchObject({ again: 10, skipped: 0 });
  expect(after(await reset('moved', { to: 'shift', by: 1_000 }))).toEqual([20, 20]);
  expect(after(await reset('moved', { to: 'time', timestamp: AT + 10_000 }))).toEqual([5, 5]);
  expect(after(await reset('moved', { to: 'time', timestamp: Date.now() }))).toEqual([20, 20]);
  const one = await reset(
    'moved',
    { to: 'offset', offset: 3 },
    { topics: [{ topic: TOPIC, partitions: [1] }] },
  );
  expect(one.changes).toEqual([
    { topic: TOPIC, partition: 1, before: 20, after: 3, startOffset: 0, endOffset: 20 },
  ]);
  expect((await describe('moved')).offsets.map(({ committedOffset }) => committedOffset)).toEqual([20, 3]);
  expect((await call('DELETE', `/groups/moved/offsets?topic=${TOPIC}`)).status).toBe(204);
  expect((await describe('moved')).offsets).toEqual([]);
});

test.each([
  [{ target: { to: 'latest' }, topics: [{ topic: 'nothing' }] }, 404],
  [{ target: { to: 'latest' }, topics: [{ topic: TOPIC, partitions: [2] }] }, 400],
])('%j is refused', async (body, status) => {
  await (await member('asked', 1)).close();
  expect((await call('POST', '/groups/asked/offsets', body)).status).toBe(status);
});

test('the cluster is described, with its disks and its configs', async () => {
  const { json } = await call('GET', '/cluster');
  expect(json).toMatchObject({
    ...{ controllerId: 1, underReplicatedPartitions: 0, offlinePartitions: 0 },
    brokers: [{ id: 1, controller: true, leads: json.partitions, replicas: json.partitions, behind: 0 }],
  });
  const [dir] = json.brokers[0].logDirs;
  expect(dir.usableBytes).toBeGreaterThan(0);
  expect(dir.totalBytes).toBeGreaterThan(dir.usableBytes);
  const { json: configs } = await call('GET', '/brokers/1/configs');
  expect(configs.find(({ name }: { name: string }) => name === 'node.id')).toMatchObject({ value: '1' });
  expect((await call('GET', '/brokers/7/configs')).status).toBe(404);
  expect((await call('GET', '/brokers/x/configs')).status).toBe(404);
});
