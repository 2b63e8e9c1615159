import { sharesRecords } from '../../core/delivery/guarantees.ts';
import { ShareSinkTaskRunner } from './share-sink-task-runner.ts';
import { SinkTaskRunner } from './sink-task-runner.ts';
import { SourceTaskRunner } from './source-task-runner.ts';
import type { TaskRunner, TaskRunnerOptions } from './task-runner.ts';

/** The runner for a connector's kind. */
export function createTaskRunner(options: TaskRunnerOptions): TaskRunner {
  const { connector, spec } = options;
  if (connector.type === 'source') return new SourceTaskRunner({ ...options, connector });
  const inShareGroup = sharesRecords(spec.connectorConfig);
  return new (inShareGroup ? ShareSinkTaskRunner : SinkTaskRunner)({ ...options, connector });
}
