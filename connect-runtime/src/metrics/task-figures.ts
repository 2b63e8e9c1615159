import type { PutMetric } from '@millrace/foundation';
import type { StageCounters, TaskCounterRow } from '../tasks/host-protocol.ts';
import type { ConnectMetrics } from './definitions.ts';
import type { Figures, FigureWindow } from './figure-window.ts';

interface Labels extends Record<string, string> {
  readonly connector: string;
  readonly task: string;
}

type Put = PutMetric<ConnectMetrics>;

/** One task's counters, what they did lately, and where they go. */
interface TaskPage {
  readonly put: Put;
  readonly row: TaskCounterRow;
  readonly window: FigureWindow;
  readonly labels: Labels;
}

/** Records of a source that wait so long without any acknowledgement are late by now, ms. */
const STALLED_AFTER_MS = 5_000;

/** The rising sums of a row, for its window. */
export function figuresOf(row: TaskCounterRow): Figures {
  const stages = Object.entries(row.stages).map(([stage, { timeMs }]) => [`${stage}Ms`, timeMs]);
  const { records, recordsIn, batches, commits, commitTimeMs } = row;
  return { records, recordsIn, batches, commits, commitTimeMs, ...Object.fromEntries(stages) };
}

/** Puts what one task counted. `nowMs` is the wall clock. */
export function putTask(page: TaskPage, nowMs: number): void {
  const { put, row, labels } = page;
  put('millrace_connect_task_records_total', row.records, labels);
  put('millrace_connect_task_bytes_total', row.bytes, labels);
  for (const [figure, value] of Object.entries(row.figures))
    put('millrace_connect_task_figure', value, { ...labels, figure });
  putCommits(page);
  putErrors(page);
  putStages(page);
  if ('fetch' in row.stages) putSink(page, nowMs);
  else putSource(page, nowMs);
}

function putCommits({ put, row, window, labels }: TaskPage): void {
  const { commits, commitFailures, batches } = row;
  if (batches > 0) put('kafka_connect_connector_task_batch_size_max', row.batchMaxRecords, labels);
  putIfKnown(
    put,
    'kafka_connect_connector_task_batch_size_avg',
    window.ratio('recordsIn', 'batches'),
    labels,
  );
  putIfKnown(
    put,
    'kafka_connect_connector_task_offset_commit_avg_time_ms',
    window.ratio('commitTimeMs', 'commits'),
    labels,
  );
  put('kafka_connect_connector_task_offset_commit_max_time_ms', row.commitMaxMs, labels);
  const share = commits > 0 ? commitFailures / commits : 0;
  put('kafka_connect_connector_task_offset_commit_failure_percentage', share, labels);
  put('kafka_connect_connector_task_offset_commit_success_percentage', commits > 0 ? 1 - share : 0, labels);
}

function putErrors({ put, row, labels }: TaskPage): void {
  const stages: readonly StageCounters[] = Object.values(row.stages);
  const sum = (of: (stage: StageCounters) => number) => stages.reduce((total, stage) => total + of(stage), 0);
  put(
    'kafka_connect_task_error_total_record_failures',
    sum((stage) => stage.failed),
    labels,
  );
  put('kafka_connect_task_error_total_record_errors', row.skipped + row.deadLettered, labels);
  put('kafka_connect_task_error_total_records_skipped', row.skipped + row.deadLettered, labels);
  put(
    'kafka_connect_task_error_total_retries',
    sum((stage) => stage.retried),
    labels,
  );
  put('kafka_connect_task_error_total_errors_logged', row.errorsLogged, labels);
  const { deadLettered, deadLetterFailures, lastErrorAtMs } = row;
  put('kafka_connect_task_error_deadletterqueue_produce_requests', deadLettered + deadLetterFailures, labels);
  put('kafka_connect_task_error_deadletterqueue_produce_failures', deadLetterFailures, labels);
  put('kafka_connect_task_error_last_error_timestamp', lastErrorAtMs ?? 0, labels);
}

function putStages({ put, row, window, labels }: TaskPage): void {
  for (const [stage, { timeMs, failed, retried }] of Object.entries(row.stages)) {
    const ofStage = { ...labels, stage };
    put('millrace_connect_task_stage_seconds_total', timeMs / 1000, ofStage);
    put('millrace_connect_task_stage_failures_total', failed, ofStage);
    put('millrace_connect_task_stage_retries_total', retried, ofStage);
    const busyMs = window.perSecond(`${stage}Ms`);
    if (busyMs !== null) put('millrace_connect_task_stage_saturation', Math.min(1, busyMs / 1000), ofStage);
  }
  put('millrace_connect_task_records_filtered_total', row.filtered, labels);
}

function putSource({ put, row, window, labels }: TaskPage, nowMs: number): void {
  const poll = row.stages.poll;
  put('kafka_connect_source_task_source_record_poll_total', row.recordsIn, labels);
  put('kafka_connect_source_task_source_record_write_total', row.records, labels);
  put('kafka_connect_source_task_source_record_active_count', row.unacknowledged, labels);
  if (poll) put('kafka_connect_source_task_poll_batch_max_time_ms', poll.maxMs, labels);
  const rate = (name: 'recordsIn' | 'records') => window.perSecond(name);
  putIfKnown(put, 'kafka_connect_source_task_source_record_poll_rate', rate('recordsIn'), labels);
  putIfKnown(put, 'kafka_connect_source_task_source_record_write_rate', rate('records'), labels);
  const average = window.ratio('pollMs', 'batches');
  putIfKnown(put, 'kafka_connect_source_task_poll_batch_avg_time_ms', average, labels);
  const { lastRecordAtMs, lastRecordTimestampMs } = row;
  if (lastRecordAtMs === null || lastRecordTimestampMs === null) return;
  // What waits is younger than what was acknowledged last: the lag is not known, but no more than this.
  const stalled = row.unacknowledged > 0 && nowMs - lastRecordAtMs > STALLED_AFTER_MS;
  const lagMs = Math.max(0, (stalled ? nowMs : lastRecordAtMs) - lastRecordTimestampMs);
  put('millrace_connect_task_lag_seconds', lagMs / 1000, labels);
}

function putSink({ put, row, window, labels }: TaskPage, nowMs: number): void {
  const { commits, commitFailures, behind, partitions, lastRecordTimestampMs } = row;
  put('kafka_connect_sink_task_sink_record_read_total', row.recordsIn, labels);
  put('kafka_connect_sink_task_sink_record_send_total', row.records, labels);
  put('kafka_connect_sink_task_partition_count', partitions, labels);
  put('kafka_connect_sink_task_offset_commit_completion_total', commits - commitFailures, labels);
  put('kafka_connect_sink_task_offset_commit_skip_total', commitFailures, labels);
  const { maxMs = 0 } = row.stages.put ?? {};
  put('kafka_connect_sink_task_put_batch_max_time_ms', maxMs, labels);
  putIfKnown(put, 'kafka_connect_sink_task_sink_record_read_rate', window.perSecond('recordsIn'), labels);
  putIfKnown(put, 'kafka_connect_sink_task_sink_record_send_rate', window.perSecond('records'), labels);
  putIfKnown(put, 'kafka_connect_sink_task_put_batch_avg_time_ms', window.ratio('putMs', 'batches'), labels);
  if (behind === null) return;
  put('kafka_connect_sink_task_sink_record_lag_max', behind, labels);
  // At the end of its topics a sink is not late, however old the last record is.
  const lateMs = behind === 0 || lastRecordTimestampMs === null ? 0 : nowMs - lastRecordTimestampMs;
  put('millrace_connect_task_lag_seconds', Math.max(0, lateMs) / 1000, labels);
}

function putIfKnown(put: Put, name: keyof ConnectMetrics, value: number | null, labels: Labels): void {
  if (value !== null) put(name, value, labels);
}
