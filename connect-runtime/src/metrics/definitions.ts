import type { MetricDefs } from '@millrace/foundation';

const connector = ['connector'] as const;
const task = ['connector', 'task'] as const;
const stage = ['connector', 'task', 'stage'] as const;
const host = ['host'] as const;

const gauge = <const L extends readonly string[]>(labels: L, help: string) =>
  ({ kind: 'gauge', labels, help }) as const;
const counter = <const L extends readonly string[]>(labels: L, help: string) =>
  ({ kind: 'counter', labels, help }) as const;

/** What one worker says of itself and its place in the group: groups connect-worker, -rebalance and -coordinator metrics. */
const worker = {
  kafka_connect_worker_connector_count: gauge([], 'Connectors that this worker holds.'),
  kafka_connect_worker_task_count: gauge([], 'Tasks that are to run on this worker.'),
  kafka_connect_worker_connector_startup_attempts_total: counter([], 'Connector starts tried.'),
  kafka_connect_worker_connector_startup_success_total: counter([], 'Connector starts that succeeded.'),
  kafka_connect_worker_connector_startup_failure_total: counter([], 'Connector starts that failed.'),
  kafka_connect_worker_connector_startup_success_percentage: gauge(
    [],
    'Share of connector starts that succeeded, 0 to 1.',
  ),
  kafka_connect_worker_connector_startup_failure_percentage: gauge(
    [],
    'Share of connector starts that failed, 0 to 1.',
  ),
  kafka_connect_worker_task_startup_attempts_total: counter([], 'Task starts tried.'),
  kafka_connect_worker_task_startup_success_total: counter([], 'Task starts that succeeded.'),
  kafka_connect_worker_task_startup_failure_total: counter([], 'Task starts that failed.'),
  kafka_connect_worker_task_startup_success_percentage: gauge(
    [],
    'Share of task starts that succeeded, 0 to 1.',
  ),
  kafka_connect_worker_task_startup_failure_percentage: gauge(
    [],
    'Share of task starts that failed, 0 to 1.',
  ),
  kafka_connect_worker_connector_total_task_count: gauge(connector, 'Tasks of the connector on this worker.'),
  kafka_connect_worker_connector_running_task_count: gauge(connector, 'Of these, those that run.'),
  kafka_connect_worker_connector_paused_task_count: gauge(connector, 'Of these, those that are paused.'),
  kafka_connect_worker_connector_failed_task_count: gauge(connector, 'Of these, those that failed.'),
  kafka_connect_worker_connector_restarting_task_count: gauge(
    connector,
    'Of these, those that wait for their next start.',
  ),
  kafka_connect_worker_connector_unassigned_task_count: gauge(
    connector,
    'Of these, those that have not said yet that they run.',
  ),
  kafka_connect_worker_rebalance_leader_name: gauge(
    ['leader_name'],
    'Always 1; the label is the leader’s URL.',
  ),
  kafka_connect_worker_rebalance_epoch: gauge([], 'Generation of the group.'),
  kafka_connect_worker_rebalance_completed_rebalances_total: counter(
    [],
    'Rebalances this worker went through.',
  ),
  kafka_connect_worker_rebalance_rebalancing: gauge([], '1 while this worker waits for a rebalance to end.'),
  kafka_connect_worker_rebalance_rebalance_avg_time_ms: gauge([], 'How long rebalances took on average, ms.'),
  kafka_connect_worker_rebalance_rebalance_max_time_ms: gauge([], 'The longest rebalance, ms.'),
  kafka_connect_worker_rebalance_time_since_last_rebalance_ms: gauge(
    [],
    'Since the last rebalance ended, ms.',
  ),
  kafka_connect_coordinator_assigned_connectors: gauge([], 'Connectors assigned to this worker.'),
  kafka_connect_coordinator_assigned_tasks: gauge([], 'Tasks assigned to this worker.'),
} as const satisfies MetricDefs;

/** Connectors and their tasks in general: groups connector and connector-task metrics. */
const connectors = {
  kafka_connect_connector_connector_type: gauge(['connector', 'connector_type'], 'Always 1; source or sink.'),
  kafka_connect_connector_connector_class: gauge(['connector', 'connector_class'], 'Always 1; its class.'),
  kafka_connect_connector_status: gauge(['connector', 'status'], 'Always 1; its state, in lower case.'),
  kafka_connect_connector_task_status: gauge([...task, 'status'], 'Always 1; its state, in lower case.'),
  kafka_connect_connector_task_running_ratio: gauge(task, 'Share of the last 30 s that it ran.'),
  kafka_connect_connector_task_pause_ratio: gauge(task, 'Share of the last 30 s that it was paused.'),
  kafka_connect_connector_task_batch_size_avg: gauge(task, 'Records in a batch, on average over 30 s.'),
  kafka_connect_connector_task_batch_size_max: gauge(
    task,
    'The largest batch since the task started, records.',
  ),
  kafka_connect_connector_task_offset_commit_avg_time_ms: gauge(
    task,
    'Time of an offset commit over 30 s, ms.',
  ),
  kafka_connect_connector_task_offset_commit_max_time_ms: gauge(
    task,
    'The longest offset commit since the task started, ms.',
  ),
  kafka_connect_connector_task_offset_commit_success_percentage: gauge(
    task,
    'Share of offset commits that worked, 0 to 1.',
  ),
  kafka_connect_connector_task_offset_commit_failure_percentage: gauge(
    task,
    'Share of offset commits that did not, 0 to 1.',
  ),
} as const satisfies MetricDefs;

/** Group source-task-metrics. */
const sources = {
  kafka_connect_source_task_source_record_poll_total: counter(task, 'Records that the source gave.'),
  kafka_connect_source_task_source_record_poll_rate: gauge(task, 'The same a second, over 30 s.'),
  kafka_connect_source_task_source_record_write_total: counter(
    task,
    'Records acknowledged by the brokers, after transforms.',
  ),
  kafka_connect_source_task_source_record_write_rate: gauge(task, 'The same a second, over 30 s.'),
  kafka_connect_source_task_source_record_active_count: gauge(
    task,
    'Records that were sent and not acknowledged yet.',
  ),
  kafka_connect_source_task_poll_batch_avg_time_ms: gauge(
    task,
    'Time of one poll of the source over 30 s, ms.',
  ),
  kafka_connect_source_task_poll_batch_max_time_ms: gauge(
    task,
    'The longest poll since the task started, ms.',
  ),
} as const satisfies MetricDefs;

/** Group sink-task-metrics. */
const sinks = {
  kafka_connect_sink_task_sink_record_read_total: counter(task, 'Records read from topics.'),
  kafka_connect_sink_task_sink_record_read_rate: gauge(task, 'The same a second, over 30 s.'),
  kafka_connect_sink_task_sink_record_send_total: counter(
    task,
    'Records given to the sink, after transforms.',
  ),
  kafka_connect_sink_task_sink_record_send_rate: gauge(task, 'The same a second, over 30 s.'),
  kafka_connect_sink_task_sink_record_lag_max: gauge(
    task,
    'Records behind the end of the partition that lags most.',
  ),
  kafka_connect_sink_task_partition_count: gauge(task, 'Partitions assigned to the task.'),
  kafka_connect_sink_task_offset_commit_completion_total: counter(
    task,
    'Offset commits that were acknowledged.',
  ),
  kafka_connect_sink_task_offset_commit_skip_total: counter(
    task,
    'Offset commits that were not acknowledged, and are made up for by later ones.',
  ),
  kafka_connect_sink_task_put_batch_avg_time_ms: gauge(
    task,
    'Time the sink takes for a batch over 30 s, ms.',
  ),
  kafka_connect_sink_task_put_batch_max_time_ms: gauge(
    task,
    'The longest such time since the task started, ms.',
  ),
} as const satisfies MetricDefs;

/** Group task-error-metrics. */
const errors = {
  kafka_connect_task_error_total_record_failures: counter(task, 'Tries to process a record that failed.'),
  kafka_connect_task_error_total_record_errors: counter(task, 'Records that could not be processed.'),
  kafka_connect_task_error_total_records_skipped: counter(task, 'Records left out because of an error.'),
  kafka_connect_task_error_total_retries: counter(task, 'Operations tried again.'),
  kafka_connect_task_error_total_errors_logged: counter(
    task,
    'Errors written to the log (errors.log.enable).',
  ),
  kafka_connect_task_error_deadletterqueue_produce_requests: counter(task, 'Dead letters sent.'),
  kafka_connect_task_error_deadletterqueue_produce_failures: counter(
    task,
    'Dead letters that could not be written.',
  ),
  kafka_connect_task_error_last_error_timestamp: gauge(
    task,
    'When a record failed last, ms since the epoch.',
  ),
} as const satisfies MetricDefs;

/** What Kafka Connect does not have. */
const ours = {
  millrace_connect_task_records_total: counter(
    task,
    'Records that were acknowledged (source) or written (sink).',
  ),
  millrace_connect_task_bytes_total: counter(task, 'Their bytes of key and value.'),
  millrace_connect_task_lag_seconds: gauge(
    task,
    'Source: from a record’s timestamp to its acknowledgement; where records wait and none is acknowledged, up to now. Sink: age of the record read last, 0 at the end of the topic.',
  ),
  millrace_connect_task_stage_seconds_total: counter(
    stage,
    'Time in a stage: poll, transform, convert, produce; or fetch, convert, transform, put.',
  ),
  millrace_connect_task_stage_failures_total: counter(stage, 'Failures in a stage, each try by itself.'),
  millrace_connect_task_stage_retries_total: counter(stage, 'Tries in a stage after a failure.'),
  millrace_connect_task_stage_saturation: gauge(
    stage,
    'Share of the last 30 s that was spent in a stage: the one near 1 is the bottleneck.',
  ),
  millrace_connect_task_figure: gauge(
    [...task, 'figure'],
    'A figure of the connector’s own, as its README has them: of PostgresSource slot_lag_bytes, slot_runway_seconds.',
  ),
  millrace_connect_task_records_filtered_total: counter(
    task,
    'Records of which the transforms left nothing.',
  ),
  millrace_connect_task_restarts_total: counter(
    task,
    'Starts after a failure, while the task is on this worker.',
  ),
  millrace_connect_host_resident_memory_bytes: gauge(
    host,
    'Resident memory of a task host, buffers included.',
  ),
  millrace_connect_host_cpu_seconds_total: counter(host, 'Processor time of a task host.'),
  millrace_connect_host_busy_ratio: gauge(host, 'Share of the last second that its event loop was busy.'),
  millrace_connect_host_task_count: gauge(host, 'Tasks in a task host.'),
  millrace_connect_host_starts_total: counter([], 'Task hosts started.'),
  millrace_connect_host_deaths_total: counter(
    ['reason'],
    'Task hosts that ended unasked: memory, heap, silence, stop, threw, exit.',
  ),
} as const satisfies MetricDefs;

/**
 * Every family on a worker's `GET /metrics`. Kafka Connect's attributes are named as the usual JMX exporter names them:
 * `kafka_connect_GROUP_NAME` without the group's `-metrics`, where its `connect-worker-metrics` are `worker`.
 */
export const connectMetrics = {
  ...worker,
  ...connectors,
  ...sources,
  ...sinks,
  ...errors,
  ...ours,
} as const satisfies MetricDefs;

export type ConnectMetrics = typeof connectMetrics;
