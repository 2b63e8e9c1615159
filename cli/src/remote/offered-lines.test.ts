import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import * as contract from '@millrace/rest-api/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCommandLine } from '../command-line.ts';
import { remote } from './remote.ts';

/** What a worker is asked for, the same for every client. */
interface Request {
  readonly method: string | undefined;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly body: unknown;
}

const asked: Request[] = [];
const server = createServer((request, response) => {
  void requestOf(request).then((one) => {
    asked.push(one);
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end('{"error_code":404,"message":"only the request counts"}');
  });
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

async function requestOf(request: IncomingMessage): Promise<Request> {
  const url = new URL(request.url ?? '', 'http://worker');
  const body = await readAll(request);
  return {
    method: request.method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body: body === '' ? null : JSON.parse(body),
  };
}

const connector = { params: { connector: "it's" } };
const group = { params: { group: 'readers' } };
const topic = { params: { topic: 'words' } };
const worker = { params: { worker: '127.0.0.1:8083' } };
const text = (of: string) => ({ encoding: 'text', text: of }) as const;

/** An operation with what is given to it. Types hold both together where it is written. */
type Offer = readonly [
  contract.Route,
  { readonly params?: object; readonly query?: object; readonly body?: object },
];
const offer = <R extends contract.Route>(route: R, given: contract.GivenTo<R>): Offer => [
  route,
  given as unknown as Offer[1],
];

const OFFERS: readonly Offer[] = [
  offer(contract.createConnector, {
    body: { name: 'a', config: { 'connector.class': 'FileSink', topics: 'a b', 'x.y': 'p=q' } },
  }),
  offer(contract.createConnector, { body: { name: 'a', config: { k: '' }, initial_state: 'PAUSED' } }),
  offer(contract.putConnectorConfig, { ...connector, body: { 'connector.class': 'FileSink', k: '1' } }),
  offer(contract.pauseConnector, connector),
  offer(contract.resumeConnector, connector),
  offer(contract.stopConnector, connector),
  offer(contract.deleteConnector, connector),
  offer(contract.restartConnector, { ...connector, query: { includeTasks: true, onlyFailed: true } }),
  offer(contract.restartConnector, { ...connector, query: { includeTasks: true, onlyFailed: false } }),
  offer(contract.restartTask, { params: { connector: 'a', task: '3' } }),
  offer(contract.restoreConfig, { params: { connector: 'a', version: '7' } }),
  offer(contract.alterConnectorOffsets, {
    ...connector,
    body: { offsets: [{ partition: { file: 'a' }, offset: null }] },
  }),
  offer(contract.resetConnectorOffsets, connector),
  offer(contract.redriveDeadLetters, { ...connector, body: { all: true, recordsPerSecond: 100 } }),
  offer(contract.redriveDeadLetters, { ...connector, body: { cause: 'c1' } }),
  offer(contract.redriveDeadLetters, {
    ...connector,
    body: {
      letters: [
        { partition: 0, offset: 3 },
        { partition: 1, offset: 4 },
      ],
    },
  }),
  offer(contract.cancelRedrive, { params: { connector: "it's", redrive: 'r-1' } }),
  offer(contract.createTopic, { body: { name: 'words', partitions: 3 } }),
  offer(contract.createTopic, {
    body: { name: 'words', replicationFactor: 2, configs: { 'retention.ms': '1' }, validateOnly: true },
  }),
  offer(contract.patchTopicConfigs, { ...topic, body: { configs: { a: '1', b: null } } }),
  offer(contract.growTopic, { ...topic, body: { count: 4 } }),
  offer(contract.deleteRecords, {
    ...topic,
    body: {
      partitions: [
        { partition: 0, beforeOffset: 'all' },
        { partition: 1, beforeOffset: 7 },
      ],
    },
  }),
  offer(contract.deleteTopic, topic),
  offer(contract.produceMessages, {
    ...topic,
    body: {
      messages: [{ key: text('k'), value: text('a "b"\nc'), headers: [{ key: 'h', value: text('1') }] }],
    },
  }),
  offer(contract.produceMessages, {
    ...topic,
    body: { messages: [{ value: null, headers: [], partition: 1 }] },
  }),
  offer(contract.readMessages, { ...topic, query: { from: 'offset', partition: 0, offset: 5, limit: 1 } }),
  offer(contract.readMessages, {
    ...topic,
    query: { from: 'time', timestamp: Date.UTC(2026, 10, 21), filter: '- x', valueFormat: 'hex', limit: 9 },
  }),
  ...(['groups', 'share-groups'] as const).flatMap((kind) => {
    const route = kind === 'groups' ? contract.resetGroupOffsets : contract.resetShareGroupOffsets;
    const to = (target: contract.OffsetTarget) => offer(route, { ...group, body: { target } });
    return [
      to({ to: 'earliest' }),
      to({ to: 'offset', offset: 12 }),
      to({ to: 'shift', by: -100 }),
      to({ to: 'time', timestamp: Date.UTC(2026, 10, 21, 10) }),
      offer(route, {
        ...group,
        body: { target: { to: 'latest' }, topics: [{ topic: 'words' }], preview: true },
      }),
    ];
  }),
  offer(contract.deleteGroup, group),
  offer(contract.deleteShareGroup, group),
  offer(contract.drainWorker, worker),
  offer(contract.endDrain, worker),
  offer(contract.putLogger, {
    params: { logger: 'client' },
    query: { scope: 'cluster' },
    body: { level: 'DEBUG' },
  }),
];

/** What a page asks for by the operation itself. */
function wanted([route, { params = {}, query = {}, body }]: Offer): Request {
  const values = new Map(Object.entries(params));
  return {
    method: route.method,
    path: route.url.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values.get(name)))),
    query: Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)])),
    body: JSON.parse(JSON.stringify(body ?? null)),
  };
}

const lineOf = ([route, given]: Offer) =>
  contract.commandLine(route, given as contract.GivenTo<typeof route>);

test.each(OFFERS.map((one) => [(lineOf(one) ?? [one[0].operationId]).join(' '), one] as const))(
  'millrace %s asks for what the page asks for',
  async (_, one) => {
    const typed = parseCommandLine(lineOf(one) ?? []);
    if (typed.kind !== 'remote') throw new Error(`it is taken for ${JSON.stringify(typed)}`);
    const { port } = server.address() as AddressInfo;
    asked.length = 0;
    await expect(
      remote(typed.command, [...typed.args, '--url', `http://127.0.0.1:${port}`]),
    ).rejects.toMatchObject({
      message: 'only the request counts',
    });
    expect(asked).toEqual([wanted(one)]);
  },
);

test('no operation is offered as a command that is not asked for above', () => {
  const seen = new Set(OFFERS.map(([{ operationId }]) => operationId));
  expect(contract.OFFERED_AS_COMMAND.filter((id) => !seen.has(id))).toEqual([]);
});

test('what the command cannot ask for is not offered', () => {
  expect(contract.commandLine(contract.getCluster, {})).toBeNull();
  expect(contract.commandLine(contract.restartConnector, { ...connector, query: {} })).toBeNull();
  const binary = { encoding: 'base64', text: 'AAE=' } as const;
  const message = { ...topic, body: { messages: [{ value: binary }] } };
  expect(contract.commandLine(contract.produceMessages, message)).toBeNull();
});
