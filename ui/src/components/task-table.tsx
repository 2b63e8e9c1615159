import type { PipelineWithHistory, TaskStatus } from '@millrace/rest-api/contract';
import { restartOne } from '../api/acts.ts';
import { ActButtons } from './act-buttons.tsx';
import { SkeletonRows } from './skeleton-rows.tsx';
import { StateBadge } from './state-badge.tsx';

interface TaskTableProps {
  readonly pipeline: PipelineWithHistory;
  /** Null while they are being read for the first time. */
  readonly tasks: readonly TaskStatus[] | null;
}

export function TaskTable({ pipeline, tasks }: TaskTableProps) {
  if (tasks !== null && tasks.length === 0) return <p className="quiet">No tasks are running.</p>;
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            <th className="tight number">Task</th>
            <th>State</th>
            <th>Worker</th>
            <th className="tight">
              <span className="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tasks === null ? (
            <SkeletonRows columns={4} rows={Math.max(pipeline.tasks.total, 1)} />
          ) : (
            tasks.map((task) => (
              <tr key={task.id} data-row tabIndex={-1}>
                <td className="tight number">{task.id}</td>
                <td>
                  <StateBadge state={task.state} />
                </td>
                <td className="quiet mono">{task.worker_id}</td>
                <td className="tight">
                  <ActButtons
                    pipeline={pipeline}
                    acts={[restartOne(pipeline, task.id)]}
                    plain
                    className="row-acts"
                  />
                </td>
              </tr>
            ))
          )}
        </tbody>
      </table>
    </div>
  );
}
