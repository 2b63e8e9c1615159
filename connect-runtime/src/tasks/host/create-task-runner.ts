import { SinkTaskRunner } from './sink-task-runner.ts';
import { SourceTaskRunner } from './source-task-runner.ts';
import type { TaskRunner, TaskRunnerOptions } from './task-runner.ts';

/** The runner for a connector's kind. */
export function createTaskRunner(options: TaskRunnerOptions): TaskRunner {
  const { connector } = options;
  return connector.type === 'source'
    ? new SourceTaskRunner({ ...options, connector })
    : new SinkTaskRunner({ ...options, connector });
}
