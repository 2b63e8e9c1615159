import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a task of the chaos run says of itself, one line each, written before it goes on. */
export interface JournalLine {
  /** Wall clock of the machine, ms. */
  readonly at: number;
  readonly event: 'start' | 'tick' | 'stop';
  readonly task: string;
  /** The task host. */
  readonly pid: number;
  /** Its worker. */
  readonly worker: number;
  /** Differs for each start. */
  readonly life: string;
  /** The `note` of its config: another one is another config. */
  readonly note: string;
}

/** One start of a task, up to where it was last heard of. */
export interface Life {
  readonly task: string;
  readonly pid: number;
  readonly worker: number;
  readonly note: string;
  readonly startedAt: number;
  readonly heardAt: number;
  readonly stopped: boolean;
}

/** Each process has a file of its own, so that lines of two never mix. */
export function writeJournal(folder: string, line: JournalLine): void {
  appendFileSync(join(folder, `journal-${line.pid}.jsonl`), `${JSON.stringify(line)}\n`);
}

/** All lives by task, in the order of their starts. */
export function readLives(folder: string): ReadonlyMap<string, readonly Life[]> {
  const lives = new Map<string, Life>();
  for (const name of readdirSync(folder).filter((file) => file.startsWith('journal-')))
    for (const text of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const line = parsed(text);
      if (!line) continue;
      const { task, pid, worker, note, at, event } = line;
      const life = lives.get(line.life);
      lives.set(line.life, {
        task,
        pid,
        worker,
        note,
        startedAt: life?.startedAt ?? at,
        heardAt: Math.max(life?.heardAt ?? at, at),
        stopped: life?.stopped === true || event === 'stop',
      });
    }
  const byTask = new Map<string, Life[]>();
  for (const life of [...lives.values()].sort((a, b) => a.startedAt - b.startedAt))
    byTask.set(life.task, [...(byTask.get(life.task) ?? []), life]);
  return byTask;
}

/** The last line of a process that was killed may be cut off. */
function parsed(text: string): JournalLine | null {
  try {
    return text === '' ? null : (JSON.parse(text) as JournalLine);
  } catch {
    return null;
  }
}
