import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../chaos/faults.ts';
import { type JournalLine, type Life, readLives } from '../chaos/journal.ts';
import { Ledger } from '../chaos/ledger.ts';
import { judge } from '../chaos/verdict.ts';

const SECOND_MS = 1_000;

function life(startedAt: number, heardAt: number, more: Partial<Life> = {}): Life {
  return { task: 'source-0-1', pid: 10, worker: 1, note: '', startedAt, heardAt, stopped: true, ...more };
}

function fault(kind: Fault['kind'], at: number, more: Partial<Fault> = {}): Fault {
  return { kind, at, until: at + 100, pids: [], ...more };
}

const judged = (lives: readonly Life[], faults: readonly Fault[]) =>
  judge(new Map([['source-0-1', lives]]), faults);

describe('the verdict on starts', () => {
  const again = [life(0, 50 * SECOND_MS), life(51 * SECOND_MS, 90 * SECOND_MS)];

  test('one that nothing explains is a violation', () => {
    const verdict = judged(again, []);
    expect(verdict.causes.unexplained).toBe(1);
    expect(verdict.violations).toHaveLength(1);
  });

  test.each([
    ['its host was killed', fault('kill-host', 50 * SECOND_MS, { pids: [10] }), 'killed'],
    ['its worker was killed', fault('kill-worker', 50 * SECOND_MS, { pids: [1] }), 'killed'],
    ['its config was changed', fault('change-config', 50 * SECOND_MS, { connector: 'source-0' }), 'asked'],
    ['the broker was away', fault('kill-broker', 44 * SECOND_MS, { until: 50 * SECOND_MS }), 'broker'],
    ['its worker was taken for dead', fault('freeze-worker', 44 * SECOND_MS, { pids: [1] }), 'killed'],
  ] as const)('%s', (_, why, cause) => {
    const verdict = judged(again, [why]);
    expect(verdict.causes[cause]).toBe(1);
    expect(verdict.violations).toEqual([]);
  });

  test.each([
    ['another host', fault('kill-host', 50 * SECOND_MS, { pids: [11] })],
    ['another worker', fault('kill-worker', 50 * SECOND_MS, { pids: [2] })],
    ['another connector', fault('restart', 50 * SECOND_MS, { connector: 'source-01' })],
    ['a pause', fault('pause', 50 * SECOND_MS, { connector: 'source-0' })],
    ['a request of long ago', fault('restart', 20 * SECOND_MS, { connector: 'source-0' })],
    ['a broker that was away for a moment', fault('end-broker', 49 * SECOND_MS)],
    ['a host that was held up', fault('freeze-host', 49 * SECOND_MS)],
  ] as const)('%s is no reason', (_, why) => {
    expect(judged(again, [why]).violations).toHaveLength(1);
  });

  test('a broker that was away twice with hardly a moment between was away for long', () => {
    const away = [
      fault('freeze-broker', 44 * SECOND_MS, { until: 45 * SECOND_MS }),
      fault('kill-broker', 46.5 * SECOND_MS, { until: 47.5 * SECOND_MS }),
    ];
    expect(judged(again, away).causes.broker).toBe(1);
    for (const alone of away) expect(judged(again, [alone]).violations).toHaveLength(1);
  });

  test('another config is a reason, whenever it was asked for', () => {
    const [before, after] = again;
    expect(judged([before!, { ...after!, note: '7' }], []).causes.asked).toBe(1);
  });

  test('a task may move to a worker that came back, and to no other', () => {
    const moved = [life(0, 50 * SECOND_MS), life(51 * SECOND_MS, 90 * SECOND_MS, { worker: 3 })];
    expect(judged(moved, [fault('end-worker', 49 * SECOND_MS, { pids: [2] })]).causes.moved).toBe(1);
    expect(judged(moved, []).violations).toHaveLength(1);
  });

  test('a task that was handed over comes back where its new worker or the broker goes too', () => {
    const back = [life(0, 50 * SECOND_MS, { stopped: true }), life(60 * SECOND_MS, 90 * SECOND_MS)];
    const came = fault('end-worker', 40 * SECOND_MS, { pids: [2] });
    for (const kind of ['kill-worker', 'kill-broker'] as const)
      expect(judged(back, [came, fault(kind, 51 * SECOND_MS, { pids: [3] })]).causes.moved).toBe(1);
    expect(judged(back, [came]).violations).toHaveLength(1);
    expect(judged(back, [fault('kill-broker', 51 * SECOND_MS, { pids: [3] })]).violations).toHaveLength(1);
  });

  test('a worker that was held up may run its tasks until it can be told not to', () => {
    const twice = [life(0, 82 * SECOND_MS), life(60 * SECOND_MS, 90 * SECOND_MS, { pid: 12, worker: 2 })];
    const frozen = fault('freeze-worker', 50 * SECOND_MS, { until: 80 * SECOND_MS, pids: [1] });
    expect(judged(twice, [frozen]).overlapMaxMs).toBe(2 * SECOND_MS);
  });

  test('a task that ran twice for long is one', () => {
    const twice = [life(0, 80 * SECOND_MS), life(51 * SECOND_MS, 90 * SECOND_MS, { pid: 12 })];
    const verdict = judged(twice, [fault('kill-worker', 50 * SECOND_MS, { pids: [1] })]);
    expect(verdict.overlapMaxMs).toBe(29 * SECOND_MS);
    expect(verdict.violations[0]).toContain('ran twice');
  });
});

test('lives are read from journals, also where the last line is cut off', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-check-'));
  const line = (at: number, event: JournalLine['event']) =>
    JSON.stringify({ at, event, task: 't', pid: 7, worker: 1, note: 'n', life: 'a' });
  writeFileSync(
    join(folder, 'journal-7.jsonl'),
    `${line(5, 'start')}\n${line(9, 'tick')}\n${line(12, 'stop').slice(0, 20)}`,
  );
  expect([...readLives(folder)]).toEqual([
    ['t', [{ task: 't', pid: 7, worker: 1, note: 'n', startedAt: 5, heardAt: 9, stopped: false }]],
  ]);
  rmSync(folder, { recursive: true });
});

test('a ledger counts what is missing and what came twice', () => {
  const ledger = new Ledger();
  for (const number of [0, 1, 3, 3]) ledger.add(`source-0/2/${number}`);
  expect(ledger.counts()).toEqual(new Map([['source-0/2', 4]]));
  expect(ledger.repeats).toBe(1);
  expect(ledger.leaps).toBe(1);
  expect(ledger.lacks(ledger.counts())).toEqual(['source-0/2: 1 of 4 are missing, the first is 2']);
  expect(ledger.lacks(new Map([['other/0', 2]]))).toHaveLength(1);
});
