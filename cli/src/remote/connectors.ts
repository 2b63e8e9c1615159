import { readFile } from 'node:fs/promises';
import * as contract from '@millrace/rest-api/contract';
import { connectorOffsets } from './connector-offsets.ts';
import { type Asked, nameAt, type RemoteCommand, settings, wholeNumber, wrongUse } from './remote-command.ts';
import { printable, table } from './table.ts';

const STATES = ['RUNNING', 'DEGRADED', 'FAILED', 'RESTARTING', 'PAUSED', 'STOPPED', 'UNASSIGNED'] as const;
/** A page of the list. */
const LIMIT = 5_000;

export const connectors: RemoteCommand = {
  list: {
    takes: '',
    does: 'connectors, the worst first',
    options: ['search', 'state'],
    async run(asked) {
      const search = asked.option('search');
      const state = STATES.find((one) => one === asked.option('state')?.toUpperCase());
      if (asked.option('state') && !state) throw wrongUse(`--state is one of ${STATES.join(', ')}.`);
      const query = {
        sort: 'state',
        limit: LIMIT,
        ...(search ? { search } : {}),
        ...(state ? { state: [state] } : {}),
      } as const;
      const page = await asked.api.call(contract.listPipelines, { query });
      asked.print(page.items, () =>
        table(
          ['name', 'state', 'type', 'tasks', 'records/s', 'records', 'errors', 'error'],
          page.items.map(({ name, state: now, type, tasks, recordsPerSecond, records, errors, error }) => [
            ...[name, now, type, `${tasks.running}/${tasks.total}`, recordsPerSecond, records, errors],
            error?.message ?? '',
          ]),
        ),
      );
    },
  },
  show: {
    takes: 'NAME',
    does: 'a connector with its tasks',
    async run(asked) {
      const params = { connector: nameAt(asked, 0, 'The name of the connector') };
      const found = await asked.api.call(contract.getPipeline, { params });
      const { config } = await asked.api.call(contract.getConnector, { params });
      asked.print({ ...found, config }, () => {
        const tasks = table(
          ['task', 'state', 'worker', 'records', 'errors', 'lag', 'lag ms', 'busiest stage'],
          found.taskStates.map(({ task, state, worker, figures }) => [
            ...[task, state, worker, figures?.records, figures?.errors, figures?.lag, figures?.lagMs],
            busiest(figures?.stages ?? []),
          ]),
        );
        const keys = table(['key', 'value'], Object.entries(config));
        const told = [whatIsWrong(found), tasks, ownFigures(found), keys].filter((part) => part !== '');
        return `${found.name}  ${found.type}  ${found.state}\n\n${told.join('\n\n')}`;
      });
    },
  },
  create: {
    takes: 'FILE | NAME KEY=VALUE...',
    does: 'a connector of a JSON file (a config, or {"name": …, "config": {…}}), or of these keys',
    options: ['paused?'],
    async run(asked) {
      const body = {
        ...(await newConnector(asked)),
        ...(asked.flag('paused') ? { initial_state: 'PAUSED' } : {}),
      };
      const made = await asked.api.call(contract.createConnector, { body });
      asked.print(made, () => `Connector ${made.name} was created.`);
    },
  },
  set: {
    takes: 'NAME KEY=VALUE...',
    does: 'changes keys of a config; KEY= takes one away',
    async run(asked) {
      const params = { connector: nameAt(asked, 0, 'The name of the connector') };
      const body = settings(asked.names.slice(1));
      if (Object.keys(body).length === 0) throw wrongUse('KEY=VALUE is missing.');
      const info = await asked.api.call(contract.patchConnectorConfig, { params, body });
      asked.print(info, () => `The config of ${info.name} was changed.`);
    },
  },
  replace: {
    takes: 'NAME KEY=VALUE...',
    does: 'gives it a config of these keys alone, and makes it where there is none',
    async run(asked) {
      const params = { connector: nameAt(asked, 0, 'The name of the connector') };
      const info = await asked.api.call(contract.putConnectorConfig, { params, body: configAfter(asked) });
      asked.print(info, () => `The config of ${info.name} was replaced.`);
    },
  },
  ...Object.fromEntries(
    (
      [
        ['pause', contract.pauseConnector, 'is being paused'],
        ['resume', contract.resumeConnector, 'is being resumed'],
        ['stop', contract.stopConnector, 'is stopped'],
        ['delete', contract.deleteConnector, 'was deleted'],
      ] as const
    ).map(([act, route, outcome]) => [
      act,
      {
        takes: 'NAME',
        does: act === 'delete' ? 'deletes a connector; its offsets stay' : `${act}s a connector`,
        async run(asked: Asked) {
          const connector = nameAt(asked, 0, 'The name of the connector');
          await asked.api.call(route, { params: { connector } });
          asked.print({ connector, done: act }, () => `Connector ${connector} ${outcome}.`);
        },
      },
    ]),
  ),
  restart: {
    takes: 'NAME',
    does: 'restarts a connector and its tasks; with --failed those that failed, with --task one alone',
    options: ['failed?', 'task'],
    async run(asked) {
      const connector = nameAt(asked, 0, 'The name of the connector');
      const task = wholeNumber(asked, 'task');
      if (task !== undefined) {
        await asked.api.call(contract.restartTask, { params: { connector, task: String(task) } });
        return asked.print({ connector, task, done: 'restart' }, () => `Task ${task} is being restarted.`);
      }
      const query = { includeTasks: true, onlyFailed: asked.flag('failed') };
      const status = await asked.api.call(contract.restartConnector, { params: { connector }, query });
      asked.print(status, () => `Connector ${connector} is being restarted.`);
    },
  },
  history: {
    takes: 'NAME',
    does: 'the configs that it had, newest first',
    async run(asked) {
      const params = { connector: nameAt(asked, 0, 'The name of the connector') };
      const { versions } = await asked.api.call(contract.getConfigHistory, { params });
      asked.print(versions, () =>
        table(
          ['version', 'at', 'by', 'what', 'changes'],
          versions.map(({ version, atMs, by, what, changes }) => [
            ...[version, new Date(atMs).toISOString(), by, what],
            changes.map(({ key }) => key).join(', '),
          ]),
        ),
      );
    },
  },
  restore: {
    takes: 'NAME VERSION',
    does: 'gives it a config back that it had',
    async run(asked) {
      const connector = nameAt(asked, 0, 'The name of the connector');
      const version = nameAt(asked, 1, 'The version');
      const info = await asked.api.call(contract.restoreConfig, { params: { connector, version } });
      asked.print(info, () => `Connector ${connector} has the config of version ${version} again.`);
    },
  },
  ...connectorOffsets,
};

async function newConnector(asked: Asked) {
  const first = nameAt(asked, 0, 'The file, or the name and KEY=VALUE,');
  if (asked.names.length > 1) return { name: first, config: configAfter(asked) };
  const read = JSON.parse(await readFile(first, 'utf8'));
  return read.config ? read : { name: read.name, config: read };
}

/** The KEY=VALUE texts behind the name. In a whole config nothing is taken back: a value may be empty. */
function configAfter(asked: Asked): Record<string, string> {
  const config = Object.entries(settings(asked.names.slice(1))).map(([key, value]) => [key, value ?? '']);
  if (config.length === 0) throw wrongUse('KEY=VALUE is missing.');
  return Object.fromEntries(config);
}

function busiest(stages: readonly { readonly stage: string; readonly saturation: number | null }[]): string {
  const [first] = stages.toSorted((a, b) => (b.saturation ?? 0) - (a.saturation ?? 0));
  if (first?.saturation == null) return '';
  const waits = contract.WAITING_STAGES.has(first.stage) ? ', waits' : '';
  return `${first.stage} ${Math.round(first.saturation * 100)} %${waits}`;
}

/** The error with what is done about it by itself, and what plugins warn of; empty where all is well. */
function whatIsWrong({ error, restart, notices }: contract.PipelineDetail): string {
  const next = restart?.next_at_ms == null ? null : new Date(restart.next_at_ms).toISOString();
  const lines = [
    error?.message,
    error?.hint,
    restart && next !== null ? `Restart ${restart.attempts} at ${next}` : restart?.reason,
    ...notices.map((notice) => `Warning: ${notice}`),
  ];
  return lines.flatMap((line) => (line ? [printable(line)] : [])).join('\n');
}

/** What plugins measure of themselves; empty where they measure nothing. */
function ownFigures({ taskStates }: contract.PipelineDetail): string {
  const rows = taskStates.flatMap(({ task, figures }) =>
    Object.entries(figures?.own ?? {}).map(([name, value]) => [task, name, value]),
  );
  return rows.length === 0 ? '' : table(['task', 'figure', 'value'], rows);
}
