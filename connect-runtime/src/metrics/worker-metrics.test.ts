import { readFileSync } from 'node:fs';
import { metricsReference } from '@millrace/foundation';
import { describe, expect, it } from 'vitest';
import type { TaskCounterRow } from '../tasks/host-protocol.ts';
import { connectMetrics } from './definitions.ts';
import { WorkerMetrics } from './worker-metrics.ts';

const source = { connector: 'in', task: 0 };
const sink = { connector: 'out', task: 3 };
const WALL_MS = 1_700_000_000_000;

function rowOf(more: Partial<TaskCounterRow>): TaskCounterRow {
  return {
    ...source,
    records: 0,
    bytes: 0,
    errors: 0,
    recordsIn: 0,
    filtered: 0,
    skipped: 0,
    deadLettered: 0,
    deadLetterFailures: 0,
    errorsLogged: 0,
    batches: 0,
    batchMaxRecords: 0,
    commits: 0,
    commitFailures: 0,
    commitTimeMs: 0,
    commitMaxMs: 0,
    unacknowledged: 0,
    lastRecordAtMs: null,
    lastRecordTimestampMs: null,
    lastErrorAtMs: null,
    partitions: 0,
    behind: null,
    topics: [],
    stages: {},
    progress: null,
    figures: { slot_lag_bytes: 7 },
    notices: [],
    ...more,
  };
}

function stage(timeMs: number, more: object = {}) {
  return { timeMs, maxMs: 7, failed: 0, retried: 0, ...more };
}

function newMetrics() {
  const at = { monoMs: 0 };
  const rows: TaskCounterRow[] = [];
  const metrics = new WorkerMetrics({
    clock: { now: () => ({ wallMs: WALL_MS, monoMs: at.monoMs }) },
    workerId: 'here:1',
    counters: () => rows,
    running: () =>
      new Map([
        ['in-0', { id: source }],
        ['out-3', { id: sink }],
      ]),
    hosts: () => ({
      hosts: [{ name: 'files', tasks: 2, use: { residentBytes: 5, cpuSeconds: 1.5, busyRatio: 0.25 } }],
      starts: 2,
      deaths: new Map([['memory', 1]]),
    }),
    connectors: () => [{ name: 'in', type: 'source', class: 'FileSource', state: 'RUNNING' }],
    assignment: () => ({ connectors: ['in'], tasks: [source, sink] }),
  });
  const page = async () => (await metrics.text()).text;
  return { metrics, rows, page, at };
}

describe('a page of metrics', () => {
  it('counts a source by Kafka Connect’s names, and knows rates with the second page', async () => {
    const { metrics, rows, page, at } = newMetrics();
    metrics.taskReported(source, { state: 'RUNNING' });
    const before = { recordsIn: 100, records: 90, batches: 2, stages: { poll: stage(100) } };
    rows.push(rowOf({ ...before, unacknowledged: 10, batchMaxRecords: 60 }));
    const first = await page();
    expect(first).toContain(
      'kafka_connect_source_task_source_record_poll_total{connector="in",task="0"} 100',
    );
    expect(first).toContain(
      'kafka_connect_source_task_source_record_active_count{connector="in",task="0"} 10',
    );
    expect(first).toContain('kafka_connect_source_task_poll_batch_max_time_ms{connector="in",task="0"} 7');
    expect(first).not.toContain('source_record_poll_rate');
    at.monoMs = 10_000;
    const lag = { lastRecordAtMs: WALL_MS, lastRecordTimestampMs: WALL_MS - 1_500 };
    rows[0] = rowOf({ recordsIn: 1_100, records: 1_090, batches: 6, stages: { poll: stage(5_100) }, ...lag });
    const second = await page();
    expect(second).toContain('source_record_poll_rate{connector="in",task="0"} 100');
    expect(second).toContain('poll_batch_avg_time_ms{connector="in",task="0"} 1250');
    expect(second).toContain('batch_size_avg{connector="in",task="0"} 250');
    expect(second).toContain('stage_saturation{connector="in",task="0",stage="poll"} 0.5');
    expect(second).toContain('kafka_connect_connector_task_running_ratio{connector="in",task="0"} 1');
    expect(second).toContain('millrace_connect_task_lag_seconds{connector="in",task="0"} 1.5');
  });

  it('lets the lag of a source grow while its records wait and none is acknowledged', async () => {
    const { metrics, rows, page } = newMetrics();
    metrics.taskReported(source, { state: 'RUNNING' });
    const acknowledged = { lastRecordAtMs: WALL_MS - 30_000, lastRecordTimestampMs: WALL_MS - 31_000 };
    const row = { recordsIn: 10, records: 8, stages: { poll: stage(5) }, ...acknowledged };
    rows.push(rowOf({ ...row, unacknowledged: 2 }));
    expect(await page()).toContain('millrace_connect_task_lag_seconds{connector="in",task="0"} 31');
    rows[0] = rowOf({ ...row, unacknowledged: 0 });
    expect(await page()).toContain('millrace_connect_task_lag_seconds{connector="in",task="0"} 1');
  });

  it('says how late a sink is, and that it is not at the end of its topic', async () => {
    const { metrics, rows, page } = newMetrics();
    metrics.taskReported(sink, { state: 'RUNNING' });
    const stages = { fetch: stage(5), put: stage(9, { failed: 2, retried: 1 }) };
    const row = { ...sink, stages, partitions: 2, lastRecordTimestampMs: WALL_MS - 4_000 };
    rows.push(rowOf({ ...row, behind: 12, skipped: 1, deadLettered: 2 }));
    const late = await page();
    expect(late).toContain('kafka_connect_sink_task_sink_record_lag_max{connector="out",task="3"} 12');
    expect(late).toContain('millrace_connect_task_lag_seconds{connector="out",task="3"} 4');
    expect(late).toContain('kafka_connect_task_error_total_record_failures{connector="out",task="3"} 2');
    expect(late).toContain('kafka_connect_task_error_total_records_skipped{connector="out",task="3"} 3');
    expect(late).not.toContain('source_record_poll_total{connector="out"');
    rows[0] = rowOf({ ...row, behind: 0 });
    expect(await page()).toContain('millrace_connect_task_lag_seconds{connector="out",task="3"} 0');
  });

  it('forgets a task that has left, and counts starts, states, rebalances and hosts', async () => {
    const { metrics, page, at } = newMetrics();
    metrics.taskReported(source, { state: 'RUNNING' });
    metrics.taskReported(sink, { state: 'FAILED', error: new Error('no') });
    metrics.connectorSaid('in', { state: 'RUNNING', workerId: 'here:1' });
    metrics.connectorSaid('other', { state: 'FAILED', error: 'x', workerId: 'there:1' });
    metrics.rebalanceBegan();
    at.monoMs = 250;
    metrics.rebalanceEnded({ epoch: 4, leaderUrl: 'http://here:1/' });
    at.monoMs = 1_250;
    const text = await page();
    expect(text).toContain('kafka_connect_worker_task_startup_success_total 1');
    expect(text).toContain('kafka_connect_worker_task_startup_failure_percentage 0.5');
    expect(text).toContain('kafka_connect_worker_connector_startup_attempts_total 1');
    expect(text).toContain('kafka_connect_worker_connector_failed_task_count{connector="out"} 1');
    expect(text).toContain('kafka_connect_worker_rebalance_rebalance_avg_time_ms 250');
    expect(text).toContain('kafka_connect_worker_rebalance_time_since_last_rebalance_ms 1000');
    expect(text).toContain('millrace_connect_host_deaths_total{reason="memory"} 1');
    metrics.taskReported(sink, { state: 'UNASSIGNED' });
    expect(await page()).not.toContain('task_status{connector="out"');
  });
});

it('stands in the reference as it is', () => {
  const reference = readFileSync(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8');
  expect(reference).toContain(metricsReference(connectMetrics));
});
