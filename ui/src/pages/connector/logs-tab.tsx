import { getTaskLogs, type TaskLogs } from '@millrace/rest-api/contract';
import { useCallback, useState } from 'react';
import { call } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { Choice } from '../../components/filter-field.tsx';
import { useNowMs } from '../../components/moment.tsx';
import { Failure, Notice } from '../../components/notice.tsx';
import { absolute, recordTime } from '../../format/times.ts';
import { useKey } from '../../keys.ts';
import { Link, useInQuery } from '../../router.tsx';
import type { ConnectorParts } from './connector-parts.ts';

type Line = TaskLogs['lines'][number] & { readonly task: number };

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
const LINES = 200;
/** A connector with more tasks shows those of one at a time. */
const TASKS_TOGETHER = 8;
const REFRESH_MS = 1_500;

/** What the tasks logged last, of all of them by time or of one. */
export function LogsTab({ pipeline, status }: ConnectorParts) {
  const [task] = useInQuery('task');
  const [level] = useInQuery('level');
  const [filter, setFilter] = useInQuery('filter');
  const [frozen, setFrozen] = useState(false);
  useKey(
    '.',
    useCallback(() => setFrozen((before) => !before), []),
  );
  const ids = status.data?.tasks.map(({ id }) => id) ?? null;
  const wanted = task === '' ? (ids ?? []).slice(0, TASKS_TOGETHER) : [Number(task)];
  const { name } = pipeline;
  const minimum = LEVELS.find((one) => one === level);
  const { data, error } = useLoaded(
    `logs of ${name} ${wanted.join()} ${level}`,
    (signal) => linesOf(name, wanted, minimum, signal),
    frozen ? null : REFRESH_MS,
  );
  const text = filter.toLowerCase();
  const lines = (data?.lines ?? []).filter(({ message, facts }) =>
    `${message} ${JSON.stringify(facts)}`.toLowerCase().includes(text),
  );
  return (
    <>
      <div className="tools">
        <input
          type="search"
          aria-label="Filter the log"
          placeholder="Filter: text  /"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <Choice
          label="Level from"
          name="level"
          all="all"
          options={LEVELS.map((one) => ({ value: one, title: one }))}
        />
        <Choice
          label="Task"
          name="task"
          all="all"
          options={(ids ?? []).map((id) => ({ value: String(id), title: String(id) }))}
        />
        <button type="button" aria-pressed={frozen} onClick={() => setFrozen(!frozen)} title="Key: .">
          {frozen ? 'Frozen' : 'Freeze'}
        </button>
        <span className="quiet small">
          {data !== null && data.dropped > 0 ? `${data.dropped} older lines are not kept any more` : ''}
        </span>
        <span className="end">
          <Link to={{ page: 'cluster', tab: 'loggers' }}>Log levels</Link>
        </span>
      </div>
      {error !== null && data === null ? <Failure error={error} /> : null}
      {data !== null && lines.length === 0 ? (
        <Notice title={filter === '' ? 'Nothing was logged' : 'No line matches'}>
          <p className="quiet">Normal operation is silent: starts, stops and what fails are logged.</p>
        </Notice>
      ) : (
        <LogLines lines={lines} many={wanted.length > 1} />
      )}
    </>
  );
}

async function linesOf(
  connector: string,
  tasks: readonly number[],
  level: (typeof LEVELS)[number] | undefined,
  signal: AbortSignal,
): Promise<{ readonly lines: readonly Line[]; readonly dropped: number }> {
  const all = await Promise.all(
    tasks.map(async (task) => {
      const params = { connector, task: String(task) };
      const query = { limit: LINES, ...(level === undefined ? {} : { level }) };
      const logs = await call(getTaskLogs, { params, query, signal });
      return { ...logs, lines: logs.lines.map((line) => ({ ...line, task })) };
    }),
  );
  return {
    lines: all.flatMap(({ lines }) => lines).toSorted((a, b) => b.atMs - a.atMs),
    dropped: all.reduce((sum, { dropped }) => sum + dropped, 0),
  };
}

function LogLines({ lines, many }: { readonly lines: readonly Line[]; readonly many: boolean }) {
  const nowMs = useNowMs();
  return (
    <div className="log" role="log" aria-label="Log lines, the newest first" aria-live="off">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name; they do not change.
        <div key={`${line.atMs} ${line.task} ${index}`} className={`log-line ${line.level.toLowerCase()}`}>
          <time className="faint" title={absolute(line.atMs)}>
            {recordTime(line.atMs, nowMs)}
          </time>
          <span className="log-level">{line.level}</span>
          {many ? <span className="faint">task {line.task}</span> : null}
          <span className="log-text">
            {line.message}
            <span className="log-facts">{factsOf(line.facts)}</span>
          </span>
        </div>
      ))}
    </div>
  );
}

function factsOf(facts: Line['facts']): string {
  return Object.entries(facts)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
