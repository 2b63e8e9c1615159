import type { PipelineTask } from '@millrace/rest-api/contract';
import { bytes, compact, counted, exact } from './numbers.ts';
import { span } from './times.ts';

/** A figure of a plugin's own, as people read it. */
export interface OwnFigure {
  /** As the plugin calls it. */
  readonly name: string;
  readonly title: string;
  /** Of each task that tells it: `12 MB`, or `task 0: 12 MB, task 1: 3 MB`. */
  readonly text: string;
  readonly exact: string;
}

/** Units by the end of a name. */
const UNITS: readonly (readonly [RegExp, (value: number) => string])[] = [
  [/_bytes$/, bytes],
  [/_seconds$/, (value) => span(value * 1_000)],
  [/_ms$/, span],
  [/_total$/, compact],
];

/** Of more tasks than these a line would say nothing. */
const TASKS_TOLD = 4;

/** What the plugin measures of itself, such as how much log a replication slot holds back: by name. */
export function ownFigures(tasks: readonly PipelineTask[]): readonly OwnFigure[] {
  const told = tasks.flatMap(({ task, figures }) =>
    Object.entries(figures?.own ?? {}).map(([name, value]) => ({ task, name, value })),
  );
  return [...Map.groupBy(told, ({ name }) => name)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, values]) => {
      const unit = UNITS.find(([ending]) => ending.test(name));
      const read = unit?.[1] ?? compact;
      const parts = values.map(({ task, value }) =>
        tasks.length === 1 ? read(value) : `task ${task}: ${read(value)}`,
      );
      const rest = parts.length - TASKS_TOLD;
      return {
        name,
        title: titleOf(unit === undefined ? name : name.replace(unit[0], '')),
        text: [...parts.slice(0, TASKS_TOLD), ...(rest > 0 ? [counted(rest, 'more task')] : [])].join(', '),
        exact: `${name}: ${values.map(({ value }) => exact(value)).join(', ')}`,
      };
    });
}

/** `slot_lag` reads "Slot lag". */
function titleOf(name: string): string {
  return name.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());
}
