import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GroupRow } from './kafka-ports.ts';
import { createRestApi, type RestApi } from './rest-api.ts';
import { type FakePorts, fakePorts } from './testing/fake-ports.ts';

let ports: FakePorts;
let api: RestApi;

const group = (groupId: string, more: Partial<GroupRow> = {}) => ({
  ...{ groupId, state: 'Empty', protocolType: 'consumer', members: 0, topics: ['t'], lag: 4 },
  ...more,
});

beforeEach(async () => {
  ports = fakePorts();
  ports.herder.add('copy', { 'connector.class': 'FilesSink' });
  ports.herder.add('other', { 'connector.class': 'FilesSink', 'consumer.override.group.id': 'mine' });
  ports.kafka.groupList.push(
    group('connect-copy', { state: 'Stable', members: 2 }),
    group('mine'),
    group('x'),
  );
  api = await createRestApi(ports);
});
afterEach(() => api.close());

async function call(method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown) {
  const payload =
    body === undefined
      ? {}
      : { payload: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await api.inject({ method, url: `/api/v1/groups${url}`, ...payload });
  return { status: answer.statusCode, json: answer.body === '' ? null : JSON.parse(answer.body) };
}

test('groups are listed with the sinks whose they are', async () => {
  const { json } = await call('GET', '');
  expect(json.items.map(({ groupId, connector }: GroupRow) => [groupId, connector])).toEqual([
    ['connect-copy', 'copy'],
    ['mine', 'other'],
    ['x', null],
  ]);
  expect((await call('GET', '?state=stable')).json).toMatchObject({ total: 1, items: [{ members: 2 }] });
  expect((await call('GET', '?search=I&limit=1')).json.items).toMatchObject([{ groupId: 'mine' }]);
});

test('a group is described', async () => {
  expect((await call('GET', '/mine')).json).toMatchObject({
    ...{ groupId: 'mine', connector: 'other', lag: 4, lagMs: null },
    offsets: [{ topic: 't', partition: 0, committedOffset: 6, endOffset: 10, lag: 4 }],
  });
  expect((await call('GET', '/nobody')).status).toBe(404);
});

test('positions are moved, forgotten, and deleted with their group', async () => {
  const request = { target: { to: 'time', timestamp: 5 }, topics: [{ topic: 't', partitions: [0] }] };
  const moved = await call('POST', '/x/offsets', { ...request, preview: true });
  expect(moved.json).toMatchObject({ applied: false, again: 3 });
  expect((await call('DELETE', '/x/offsets?topic=t')).status).toBe(204);
  expect((await call('DELETE', '/x')).status).toBe(204);
  expect(ports.herder.calls).toEqual([
    `reset group "x" ${JSON.stringify({ ...request, preview: true })}`,
    'forget "x" "t"',
    'delete group "x"',
  ]);
});

test.each([
  [{}],
  [{ target: { to: 'middle' } }],
  [{ target: { to: 'offset' } }],
  [{ target: { to: 'offset', offset: -1 } }],
  [{ target: { to: 'latest', offset: 1 } }],
  [{ target: { to: 'latest' }, topics: [] }],
  [{ target: { to: 'latest' }, topic: 't' }],
])('%j is no reset', async (body) => {
  expect((await call('POST', '/x/offsets', body)).status).toBe(400);
  expect(ports.herder.calls).toEqual([]);
});

test('what is forgotten must be named', async () => {
  expect(await call('DELETE', '/x/offsets')).toMatchObject({ status: 400, json: { path: 'topic' } });
});

test('share groups are served the same way', async () => {
  ports.kafka.shareGroupList.push({ groupId: 'jobs', state: 'Stable', members: 2, topics: ['t'], lag: 9 });
  const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { payload: JSON.stringify(body), headers };
    const answer = await api.inject({ method, url: `/api/v1/${url}`, ...sent });
    return { status: answer.statusCode, json: answer.body === '' ? null : JSON.parse(answer.body) };
  };
  expect((await ask('GET', 'share-groups?search=JOB')).json.items).toMatchObject([
    { groupId: 'jobs', lag: 9 },
  ]);
  expect((await ask('GET', 'share-groups/jobs')).json).toMatchObject({
    partitions: [{ topic: 't', lag: 9 }],
  });
  expect((await ask('GET', 'share-groups/nobody')).status).toBe(404);
  const body = { target: { to: 'earliest' } };
  expect((await ask('POST', 'share-groups/jobs/offsets', body)).json).toMatchObject({ applied: true });
  expect((await ask('DELETE', 'share-groups/jobs/offsets?topic=t')).status).toBe(204);
  expect((await ask('DELETE', 'share-groups/jobs')).status).toBe(204);
  ports.kafka.topicList.push({
    ...{ name: 't', partitions: 1, replicationFactor: 1, internal: false, underReplicated: 0, offline: 0 },
  });
  expect((await ask('GET', 'topics/t/groups')).json.at(-1)).toMatchObject({ groupId: 'jobs', kind: 'share' });
});
