import {
  type Pipeline,
  pauseConnector,
  restartConnector,
  restartTask,
  resumeConnector,
  stopConnector,
} from '@millrace/rest-api/contract';
import { isWrong, restartLabel } from '../format/pipelines.ts';
import { type Asked, ask } from './ask.ts';

/** Something that a person does to a connector, and how its outcome shows in the live data. */
export interface Act {
  readonly label: string;
  /** While it is under way. */
  readonly doing: string;
  readonly asked: Asked;
  /** Whether what is shown now says that it has happened; `before` is what was shown when it was asked for. */
  readonly done: (before: Pipeline, now: Pipeline) => boolean;
}

const NOT_UP: ReadonlySet<Pipeline['state']> = new Set(['PAUSED', 'STOPPED', 'UNASSIGNED', 'RESTARTING']);

const paramsOf = (pipeline: Pipeline) => ({ connector: pipeline.name });

export function pause(pipeline: Pipeline): Act {
  return {
    label: 'Pause',
    doing: 'Pausing',
    asked: ask(pauseConnector, { params: paramsOf(pipeline) }),
    done: (_, now) => now.state === 'PAUSED',
  };
}

export function resume(pipeline: Pipeline): Act {
  return {
    label: pipeline.state === 'STOPPED' ? 'Start' : 'Resume',
    doing: pipeline.state === 'STOPPED' ? 'Starting' : 'Resuming',
    asked: ask(resumeConnector, { params: paramsOf(pipeline) }),
    done: (_, now) => !NOT_UP.has(now.state),
  };
}

export function stop(pipeline: Pipeline): Act {
  return {
    label: 'Stop',
    doing: 'Stopping',
    asked: ask(stopConnector, { params: paramsOf(pipeline) }),
    done: (_, now) => now.state === 'STOPPED',
  };
}

/** Restarts what failed; where nothing did, the connector and all of its tasks. */
export function restart(pipeline: Pipeline, label: string): Act {
  const onlyFailed = pipeline.state === 'DEGRADED' || pipeline.state === 'FAILED';
  return {
    label,
    doing: 'Restarting',
    asked: ask(restartConnector, { params: paramsOf(pipeline), query: { includeTasks: true, onlyFailed } }),
    done: (_, now) => now.state === 'RUNNING',
  };
}

export function restartOne(pipeline: Pipeline, task: number): Act {
  return {
    label: 'Restart',
    doing: 'Restarting',
    asked: ask(restartTask, { params: { connector: pipeline.name, task: String(task) } }),
    done: (_, now) => !now.tasks.failed.includes(task),
  };
}

/** What can be done to a connector in its state; the most helpful first. */
export function actsFor(pipeline: Pipeline): readonly Act[] {
  if (pipeline.state === 'PAUSED') return [resume(pipeline), stop(pipeline)];
  if (pipeline.state === 'STOPPED') return [resume(pipeline)];
  const again = restart(pipeline, restartLabel(pipeline));
  return isWrong(pipeline) ? [again, stop(pipeline)] : [pause(pipeline), again, stop(pipeline)];
}
