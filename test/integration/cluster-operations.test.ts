import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAdmin } from '@millrace/client';
import { afterAll, describe, expect, it } from 'vitest';
import { eventually, freePort, startMillrace } from '../support/index.ts';
import { startMillraceBroker } from '../support/millrace-broker.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const TIMEOUT_MS = 120_000;

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of `millrace`. */
function millrace(...args: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(process.execPath, [LAUNCHER, ...args], { timeout: 240_000 }, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        stdout,
        stderr,
      });
    });
  });
}

describe('dev --brokers 3', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'dev-cluster-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
  const pidOf = (id: number): number | null => {
    const { nodes } = JSON.parse(readFileSync(join(dataDir, 'cluster.json'), 'utf8')) as {
      readonly nodes: readonly { readonly id: number; readonly pid: number | null }[];
    };
    return nodes.find((node) => node.id === id)?.pid ?? null;
  };
  const status = async () => {
    const { code, stdout } = await millrace('cluster', 'status', '--data-dir', dataDir, '--json');
    return { code, state: stdout === '' ? null : (JSON.parse(stdout) as Status) };
  };

  it('is a cluster that is looked at, survives a kill, and is restarted node by node', async () => {
    await using dev = closing(
      await startMillrace({ dataDir, args: ['--brokers', '3'], readyTimeoutMs: 90_000 }),
    );
    expect(dev.it.kafka.split(',')).toHaveLength(3);
    const first = await status();
    expect(first.state?.troubles).toEqual([]);
    expect([first.code, first.state?.brokers.length, first.state?.quorum.members.length]).toEqual([0, 3, 3]);
    const text = await millrace('cluster', 'status', '--data-dir', dataDir);
    expect(text.stdout).toMatch(
      /^cluster \S+: whole\n\nBROKER .*\n.*\n.*\n.*\n\nquorum: node \d leads in epoch/,
    );

    const killed = pidOf(2) ?? 0;
    process.kill(killed, 'SIGKILL');
    await eventually(() => pidOf(2) !== null && pidOf(2) !== killed, {
      what: 'another process of broker 2',
      timeoutMs: TIMEOUT_MS,
    });
    await eventually(async () => (await status()).code === 0, {
      what: 'a whole cluster',
      timeoutMs: TIMEOUT_MS,
    });

    const before = [1, 2, 3].map(pidOf);
    const roll = await millrace('cluster', 'roll', '--data-dir', dataDir);
    expect(roll.stderr).toBe('');
    expect(roll.stdout).toMatch(/leaders: \d+ went back .*\nall 3 nodes were restarted/);
    expect([1, 2, 3].map(pidOf).filter((pid) => before.includes(pid))).toEqual([]);

    // Whatever becomes of dev: no broker is left behind.
    const left = [1, 2, 3].flatMap((id) => pidOf(id) ?? []);
    await dev.it.kill('SIGKILL');
    await eventually(() => !left.some(isRunning), { what: 'all brokers to end', timeoutMs: TIMEOUT_MS });
  });

  it('is refused with another number of brokers on its folder', async () => {
    const refused = await millrace('dev', '--brokers', '5', '--no-demo', '--data-dir', dataDir);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/holds a cluster of 3 brokers/),
    ]);
  });
});

it('says what it lacks to restart brokers', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'no-cluster-'));
  const { code, stderr } = await millrace('cluster', 'roll', '--data-dir', empty);
  rmSync(empty, { recursive: true });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/--restart 'ssh \{host\}/)]);
});

it('a controller alone leads brokers alone, which find it by voters or by bootstrap servers', async () => {
  const port = await freePort();
  const shared = { 'cluster.id': 'MillraceSeparateRolesQ' };
  const voters = { 'controller.quorum.voters': `9@127.0.0.1:${port}` };
  await using controller = stopping(
    await startMillraceBroker({
      ...{ ...shared, ...voters, 'node.id': '9', 'process.roles': 'controller' },
      listeners: `CONTROLLER://127.0.0.1:${port}`,
    }),
  );
  await using first = stopping(
    await startMillraceBroker({ ...shared, ...voters, 'node.id': '1', 'process.roles': 'broker' }),
  );
  await using second = stopping(
    await startMillraceBroker({
      ...{ ...shared, 'node.id': '2', 'process.roles': 'broker' },
      'controller.quorum.bootstrap.servers': `127.0.0.1:${port}`,
    }),
  );
  expect(controller.it.printed()).toMatch(/^ready {2}controller 9 {2}CONTROLLER:\/\//);
  const admin = createAdmin({ bootstrapServers: second.it.bootstrapServers });
  try {
    await admin.createTopics([{ name: 'spread', partitions: 2, replicationFactor: 2 }]);
    const { brokers } = await admin.describeCluster();
    expect(brokers.map(({ id }) => id).sort()).toEqual([1, 2]);
    const { leaderId, voters: found } = await admin.describeQuorum();
    expect([leaderId, found.map(({ id }) => id)]).toEqual([9, [9]]);
  } finally {
    await admin.close();
  }
  const server = first.it.bootstrapServers.join();
  expect(await millrace('cluster', 'status', '--bootstrap-server', server)).toMatchObject({
    ...{ code: 0, stderr: '', stdout: expect.stringMatching(/node 9 leads/) },
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Status {
  readonly troubles: readonly string[];
  readonly brokers: readonly unknown[];
  readonly quorum: { readonly members: readonly unknown[] };
}

function closing<T extends { close(): Promise<unknown> }>(it: T) {
  return {
    it,
    async [Symbol.asyncDispose]() {
      await it.close();
    },
  };
}

function stopping<T extends { stop(): Promise<void> }>(it: T) {
  return { it, [Symbol.asyncDispose]: () => it.stop() };
}
