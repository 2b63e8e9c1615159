/** One task of a connector. */
export interface TaskId {
  readonly connector: string;
  readonly task: number;
}

/** `orders-0`: how Kafka Connect writes a task's id. Connector names may hold dashes, so read it from the end. */
export function taskKey(id: TaskId): string {
  return `${id.connector}-${id.task}`;
}

/** Reads `orders-0`; null where it is not a task's id. */
export function parseTaskKey(key: string): TaskId | null {
  const dash = key.lastIndexOf('-');
  const task = key.slice(dash + 1);
  if (dash <= 0 || !/^\d+$/.test(task)) return null;
  return { connector: key.slice(0, dash), task: Number(task) };
}
