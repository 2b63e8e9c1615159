import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokerConfigKeys } from '@millrace/broker';
import { workerConfig } from '@millrace/connect-runtime';
import { skipping } from '@millrace/test/support';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from './source-tree.ts';

interface ComposeService {
  readonly command?: readonly string[];
  readonly build?: string;
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
}

const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>;
};

const BROKERS = Object.keys(services).filter((name) => name.startsWith('broker'));
const WORKERS = Object.keys(services).filter((name) => name.startsWith('worker'));

const compose = spawnSync('docker', ['compose', 'version'], { encoding: 'utf8' });
const noCompose = compose.status === 0 ? undefined : skipping('docker compose is not installed here');

/** Published ports that others than this machine could reach. */
function openPorts(ports: readonly string[]): string[] {
  return ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port));
}

describe('docker-compose.yml', () => {
  it('publishes every port on this machine only', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThanOrEqual(3);
    expect(openPorts(ports)).toEqual([]);
    expect(openPorts(['9092:9092', '0.0.0.0:1:1', '127.0.0.1:1:1'])).toEqual(['9092:9092', '0.0.0.0:1:1']);
  });

  it('is three brokers and two workers', () => {
    expect(BROKERS).toEqual(['broker-1', 'broker-2', 'broker-3']);
    expect(WORKERS).toEqual(['worker-1', 'worker-2']);
  });

  it.each([
    ...BROKERS.map((name) => [name, brokerConfigKeys] as const),
    ...WORKERS.map((name) => [name, workerConfig] as const),
  ])('sets only keys that the %s knows', (name, definition) => {
    const known = Object.keys(definition).map((key) => `MILLRACE_${key.replaceAll('.', '_').toUpperCase()}`);
    const given = Object.keys(services[name]?.environment ?? {});
    expect(given.length).toBeGreaterThan(3);
    expect(given.filter((variable) => !known.includes(variable))).toEqual([]);
  });

  it.each(BROKERS)('tells clients the addresses of %s that it publishes', (name) => {
    const { MILLRACE_ADVERTISED_LISTENERS: told, MILLRACE_LISTENERS: bound } =
      services[name]?.environment ?? {};
    const external = /EXTERNAL:\/\/(127\.0\.0\.1:\d+)/.exec(told ?? '')?.[1];
    const inside = /EXTERNAL:\/\/0\.0\.0\.0:(\d+)/.exec(bound ?? '')?.[1];
    expect(services[name]?.ports).toContain(`${external}:${inside}`);
    const internal = new RegExp(`INTERNAL://(${name}:\\d+)`).exec(told ?? '')?.[1];
    for (const worker of WORKERS)
      expect(services[worker]?.environment?.MILLRACE_BOOTSTRAP_SERVERS?.split(',')).toContain(internal);
  });

  it('makes one quorum of the brokers: each is a voter, where it listens', () => {
    const voters = BROKERS.map((name) => {
      const { MILLRACE_NODE_ID: id, MILLRACE_LISTENERS: bound } = services[name]?.environment ?? {};
      return `${id}@${name}:${/CONTROLLER:\/\/0\.0\.0\.0:(\d+)/.exec(bound ?? '')?.[1]}`;
    });
    for (const name of BROKERS)
      expect(services[name]?.environment?.MILLRACE_CONTROLLER_QUORUM_VOTERS?.split(',')).toEqual(voters);
  });

  it.skipIf(noCompose)('is taken by docker compose', () => {
    const run = spawnSync('docker', ['compose', 'config', '--quiet'], { cwd: root, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  });
});
