import { silentLogger } from '@millrace/foundation';
import { beforeEach, expect, test } from 'vitest';
import type { HistoryMetric } from '../contract/index.ts';
import type { Survey } from '../kafka-ports.ts';
import { type FakePorts, fakePorts } from '../testing/fake-ports.ts';
import { MetricsSampler } from './metrics-sampler.ts';

let ports: FakePorts;
let nowMs: number;
let survey: Survey;
let sampler: MetricsSampler;

beforeEach(() => {
  ports = fakePorts();
  ports.herder.add('copy', { 'connector.class': 'FilesSink' }, 2);
  nowMs = 1_700_000_000_000;
  survey = { ends: [], groups: [] };
  sampler = new MetricsSampler({
    ...ports,
    monitor: { ...ports.monitor, refresh: () => undefined },
    survey: { take: async () => survey },
    clock: { now: () => ({ wallMs: nowMs, monoMs: nowMs }) },
    ...{ logger: silentLogger, surveyIntervalMs: 30_000 },
  });
});

function last(metric: HistoryMetric, name: string): number | null | undefined {
  const range = { sinceMs: nowMs, untilMs: nowMs, points: 10 };
  return sampler.store.read([{ metric, name }], range, nowMs).series[0]?.points.at(-1);
}

test('tasks become rates, lags and shares of their connector', () => {
  const stages = (timeMs: number) => ({
    // To wait for records is not to be busy.
    fetch: { timeMs: timeMs * 3, failed: 0, retried: 0 },
    put: { timeMs, failed: 0, retried: 0 },
  });
  const sink = (records: number, timeMs: number) => {
    for (const task of [0, 1]) {
      const more = {
        bytes: records * 10,
        behind: 7 - task,
        lastRecordTimestampMs: nowMs - 4_000,
        stages: stages(timeMs),
      };
      ports.count('copy', task, records, more);
    }
    sampler.sample();
  };
  sink(100, 0);
  expect(last('connector.records', 'copy')).toBeNull();
  ports.herder.setState('copy', { state: 'FAILED' }, 1);
  nowMs += 10_000;
  sink(300, 2_500);
  expect(last('connector.records', 'copy')).toBe(40);
  expect(last('connector.bytes', 'copy')).toBe(400);
  expect(last('connector.lag', 'copy')).toBe(7);
  expect(last('connector.lag.ms', 'copy')).toBe(4_000);
  expect(last('connector.saturation', 'copy')).toBe(0.25);
  expect(last('connector.tasks.failed', 'copy')).toBe(1);
  expect(last('worker.memory', ports.worker)).toBe(1_000_000);
});

test('the cluster becomes rates of topics and lags of groups, in records and in time', async () => {
  const look = (end: number, position: number) => {
    survey = {
      ends: [
        { topic: 't', partition: 0, startOffset: 0, endOffset: end },
        { topic: 'quiet', partition: 0, startOffset: 0, endOffset: 5 },
      ],
      groups: [
        {
          groupId: 'g',
          kind: 'consumer',
          lag: end - position,
          positions: [{ topic: 't', partition: 0, offset: position }],
        },
        { groupId: 's', kind: 'share', lag: 3, positions: [] },
      ],
    };
    return sampler.lookAtCluster();
  };
  await look(1_000, 1_000);
  nowMs += 30_000;
  await look(1_600, 1_300);
  expect(last('topic.records', 't')).toBe(20);
  expect(sampler.store.names('topic.records')).toEqual(['t']);
  expect(last('group.lag', 'g')).toBe(300);
  expect(last('group.lag.ms', 'g')).toBe(15_000);
  expect(last('share-group.lag', 's')).toBe(3);
});

test('a sink that stands is behind by the offsets of its group, as of the last look, not as it counted last', async () => {
  ports.count('copy', 0, 100, { behind: 2, lastRecordTimestampMs: nowMs });
  const look = (end: number) => {
    const positions = [{ topic: 't', partition: 0, offset: 1_000 }];
    const ends = [{ topic: 't', partition: 0, startOffset: 0, endOffset: end }];
    survey = { ends, groups: [{ groupId: 'connect-copy', kind: 'consumer', lag: end - 1_000, positions }] };
    return sampler.lookAtCluster();
  };
  await look(1_000);
  sampler.sample();
  expect(last('connector.lag', 'copy')).toBe(2);
  for (const task of [0, 1]) ports.herder.setState('copy', { state: 'FAILED' }, task);
  nowMs += 10_000;
  await look(1_500);
  sampler.sample();
  expect(last('connector.lag', 'copy')).toBe(500);
  expect(last('connector.lag.ms', 'copy')).toBe(10_000);
});

test('the cluster is looked at before it is due only when the last look is not of now', async () => {
  let looks = 0;
  const watched = new MetricsSampler({
    ...ports,
    monitor: { ...ports.monitor, refresh: () => undefined },
    survey: {
      take: async () => {
        looks++;
        return survey;
      },
    },
    clock: { now: () => ({ wallMs: nowMs, monoMs: nowMs }) },
    ...{ logger: silentLogger, surveyIntervalMs: 30_000 },
  });
  await watched.lookAtCluster();
  watched.lookAnew();
  expect(looks).toBe(1);
  nowMs += 3_000;
  watched.lookAnew();
  expect(looks).toBe(2);
});

test('a look that fails leaves a gap, and the next one is taken', async () => {
  const failing = new MetricsSampler({
    ...ports,
    monitor: { ...ports.monitor, refresh: () => undefined },
    survey: { take: () => Promise.reject(new Error('no broker')) },
    clock: { now: () => ({ wallMs: nowMs, monoMs: nowMs }) },
    ...{ logger: silentLogger, surveyIntervalMs: 30_000 },
  });
  await failing.lookAtCluster();
  await failing.lookAtCluster();
  expect(failing.store.names('group.lag')).toEqual([]);
});
