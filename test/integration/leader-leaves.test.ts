import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type MillraceWorker, startMillraceWorker } from '../support/index.ts';
import { brokerUnavailable, startTestBroker, type TestBroker } from '../support/test-broker.ts';

const FAULTY = new URL('../../connect-runtime/test/fixtures/faulty-plugin.ts', import.meta.url).href;
/** How long the leader's task takes to stop, and for what part of that others are asked, ms. */
const STOP_MS = 4_000;
const ASKED_MS = 2_000;

describe.skipIf(brokerUnavailable())('a leader that is stopped', () => {
  let broker: TestBroker;
  let workers: readonly MillraceWorker[] = [];

  beforeAll(async () => {
    broker = await startTestBroker();
    const { bootstrapServers } = broker;
    const config = {
      'key.converter': 'StringConverter',
      'value.converter': 'StringConverter',
      plugins: FAULTY,
      'task.shutdown.graceful.timeout.ms': String(STOP_MS),
    };
    const group = `leaving-${Date.now()}`;
    const start = () => startMillraceWorker({ bootstrapServers, group, config });
    workers = [await start(), await start()];
  });

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await broker?.close();
  });

  test('serves what others forward to it until its tasks are handed over', async () => {
    const ask = async (worker: MillraceWorker, method: string, path: string, body?: unknown) =>
      fetch(`${worker.url}${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
    const known = (await (await ask(workers[0]!, 'GET', '/api/v1/workers')).json()) as {
      url: string;
      leader: boolean;
    }[];
    const leads = ({ url }: MillraceWorker) => known.some((one) => one.leader && one.url === `${url}/`);
    const [leader, other] = [workers.find(leads)!, workers.find((worker) => !leads(worker))!];
    for (const name of ['a', 'b']) {
      const config = { 'connector.class': 'FaultySource', 'hang.in': 'stop', fault: 'return-at-once' };
      expect((await ask(other, 'PUT', `/connectors/${name}/config`, config)).status).toBe(201);
    }
    await eventually(
      async () => {
        const all = (await (await ask(other, 'GET', '/connectors?expand=status')).json()) as Record<
          string,
          { status: { tasks: { state: string; worker_id: string }[] } }
        >;
        const tasks = Object.values(all).flatMap(({ status }) => status.tasks);
        const running = tasks.filter(({ state }) => state === 'RUNNING');
        return new Set(running.map(({ worker_id }) => worker_id)).size === 2;
      },
      { what: 'a task on each worker', timeoutMs: 30_000 },
    );
    const closed = leader.close();
    const answers = new Set<number>();
    for (const endMs = performance.now() + ASKED_MS; performance.now() < endMs; ) {
      answers.add((await ask(other, 'PUT', '/connectors/a/pause')).status);
      answers.add((await ask(other, 'PUT', '/connectors/a/resume')).status);
    }
    expect([...answers]).toEqual([202]);
    await closed;
    await eventually(async () => (await ask(other, 'PUT', '/connectors/a/pause')).status === 202, {
      what: 'the other one to lead',
      timeoutMs: 20_000,
    });
  });
});
