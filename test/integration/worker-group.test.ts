import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/index.ts';
import { brokerUnavailable, startTestBroker, type TestBroker } from '../support/test-broker.ts';
import { Group } from '../takeover/group.ts';
import { described, runTakeovers } from '../takeover/takeover-run.ts';

/** A worker that comes back is told of with the heartbeats of the others, which the test would wait for. */
const HEARTBEAT_INTERVAL_MS = 500;

let broker: TestBroker;
let folder: string;

beforeAll(async () => {
  broker = await startTestBroker();
  folder = mkdtempSync(join(tmpdir(), 'worker-group-'));
});
afterAll(async () => {
  await broker?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

// The long form is a command (`npm run takeover`); its results stand in docs/reliability.md.
describe.skipIf(brokerUnavailable())('a group of three workers', () => {
  test('a worker that dies or ends, leader or not, has its tasks taken over in time, and no other task stops', async () => {
    const report = await runTakeovers({
      bootstrapServers: broker.bootstrapServers,
      folder: join(folder, 'takeover'),
      name: `takeover-${Date.now()}`,
      rounds: 1,
      sessionTimeoutMs: 6_000,
      heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
      say: (line) => process.stdout.write(`${line}\n`),
    });
    expect(report.violations, report.takeovers.map(described).join('\n')).toEqual([]);
    expect(report.takeovers.map(({ tasks }) => tasks)).toEqual([4, 4, 4, 4]);
  });

  test('restarts only tasks whose config changed, hands over on request, and takes orders only from its own', async () => {
    const at = { bootstrapServers: broker.bootstrapServers, folder: join(folder, 'changes') };
    mkdirSync(at.folder);
    const group = await Group.on({
      ...{ ...at, name: `changes-${Date.now()}` },
      ...{ sessionTimeoutMs: 10_000, heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS },
    });
    onTestFinished(() => group.close());
    await group.start();
    const starts = () => new Map([...group.lives()].map(([task, lives]) => [task, lives.length]));
    const before = starts();
    const all = (more: (connector: string) => number) =>
      new Map([...before].map(([task, count]) => [task, count + more(task.split('-')[0] ?? '')]));

    const source = { folder: at.folder, 'connector.class': 'ChaosSource', topic: group.topic };
    await group.put('numbers', { ...source, 'tasks.max': '6', note: 'changed' });
    const changed = all((connector) => (connector === 'numbers' ? 1 : 0));
    await eventually(() => isDeepStrictEqual(starts(), changed), { what: 'six starts', timeoutMs: 30_000 });
    await group.settled();

    // Three more tasks: those that run are left alone, or move at most once to even the load out.
    await group.put('numbers', { ...source, 'tasks.max': '9', note: 'changed' });
    await eventually(() => group.lives().size === 15, { what: 'three more tasks', timeoutMs: 30_000 });
    await group.settled();
    const stayed = [...changed].filter(([task, count]) => starts().get(task) === count);
    expect(stayed.length).toBeGreaterThanOrEqual(11);

    const leader = await group.leader();
    const { pid } = leader.process;
    await group.rest.ask('PUT', `/api/v1/workers/127.0.0.1:${leader.port}/drain`);
    const isFree = () => [...group.lives().values()].every((lives) => lives.at(-1)?.worker !== pid);
    await eventually(isFree, { what: 'the leader to have handed over its tasks', timeoutMs: 30_000 });
    await group.rest.ask('DELETE', `/api/v1/workers/127.0.0.1:${leader.port}/drain`);
    await group.settled();

    const settled = starts();
    const refused = await Promise.all(group.workers.map(({ port }) => ordersOfStrangers(port)));
    expect(refused).toEqual(group.workers.map(() => [400, 403, 400, 403]));
    expect(starts()).toEqual(settled);
  });
});

/** What a worker answers to requests that only its group may make: unsigned, and signed with another key. */
async function ordersOfStrangers(port: number): Promise<readonly number[]> {
  const forged = {
    'x-connect-authorization': createHmac('sha256', 'a guess').update('[]').digest('base64'),
    'x-connect-request-signature-algorithm': 'HmacSHA256',
  };
  const ask = async (method: string, path: string, headers: Readonly<Record<string, string>>) => {
    const url = `http://127.0.0.1:${port}/connectors/numbers/${path}?forward=false`;
    const json = { 'content-type': 'application/json' };
    const body = method === 'POST' ? { body: '[]', headers: { ...json, ...headers } } : { headers };
    const answer = await fetch(url, { method, ...body });
    await answer.body?.cancel();
    return answer.status;
  };
  return [
    await ask('POST', 'tasks', {}),
    await ask('POST', 'tasks', forged),
    await ask('PUT', 'fence', {}),
    await ask('PUT', 'fence', forged),
  ];
}
