import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokerUnavailable, startTestBroker, type TestBroker } from '../support/test-broker.ts';
import { described, runTakeovers } from '../takeover/takeover-run.ts';

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
      say: (line) => process.stdout.write(`${line}\n`),
    });
    expect(report.violations, report.takeovers.map(described).join('\n')).toEqual([]);
    expect(report.takeovers.map(({ tasks }) => tasks)).toEqual([4, 4, 4, 4]);
  });
});
