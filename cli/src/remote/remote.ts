import { parseArgs } from 'node:util';
import { cluster, doctor } from './cluster.ts';
import type { RemoteCommandName } from './command-names.ts';
import { connectors } from './connectors.ts';
import { deadLetters } from './dead-letters.ts';
import { groups, shareGroups } from './groups.ts';
import { loggers } from './loggers.ts';
import { consume, produce, tail } from './messages.ts';
import { type Asked, type RemoteAct, type RemoteCommand, wrongUse } from './remote-command.ts';
import { RestClient } from './rest-client.ts';
import { topics } from './topics.ts';
import { workers } from './workers.ts';

const DEFAULT_URL = 'http://127.0.0.1:8083';
const EVERYWHERE = `  --url URL  of the worker (default ${DEFAULT_URL}, or MILLRACE_URL)
  --json     answers for scripts`;

/** Those with acts, such as `topics list`, of which none means `list`; and those that are an act themselves. */
const COMMANDS: Readonly<Record<RemoteCommandName, RemoteCommand | RemoteAct>> = {
  connectors,
  'dead-letters': deadLetters,
  topics,
  groups,
  'share-groups': shareGroups,
  workers,
  loggers,
  produce,
  consume,
  tail,
  cluster,
  doctor,
};

const isAct = (command: RemoteCommand | RemoteAct): command is RemoteAct => typeof command.run === 'function';

/** What the commands take, for `millrace help`. */
export function remoteUsage(): string {
  return Object.keys(COMMANDS)
    .map((name) => usageOf(name as RemoteCommandName))
    .join('\n');
}

function usageOf(name: RemoteCommandName): string {
  const command = COMMANDS[name];
  if (isAct(command)) return usageLine(name, command);
  return Object.entries(command)
    .map(([act, definition]) => usageLine(`${name} ${act}`, definition))
    .join('\n');
}

function usageLine(name: string, { takes, does, options = [] }: RemoteAct): string {
  const list = options.map((option) =>
    option.endsWith('?') ? `[--${option.slice(0, -1)}]` : `[--${option} X]`,
  );
  return `  ${[name, takes, ...list].filter((part) => part !== '').join(' ')}\n             ${does}`;
}

/**
 * Runs a command that asks a worker. Answers the exit code.
 * @throws {MillraceError} what the worker refuses with, WORKER_UNREACHABLE, USAGE
 */
export async function remote(command: RemoteCommandName, args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${usageOf(command)}\n\n${EVERYWHERE}\n`);
    return 0;
  }
  const { act, rest } = actOf(command, args);
  const flags = (act.options ?? []).map((option): [string, { type: 'string' | 'boolean' }] =>
    option.endsWith('?') ? [option.slice(0, -1), { type: 'boolean' }] : [option, { type: 'string' }],
  );
  const { values, positionals } = parsed(rest, Object.fromEntries(flags));
  const json = values.json === true;
  const asked: Asked = {
    api: new RestClient(String(values.url ?? process.env.MILLRACE_URL ?? DEFAULT_URL)),
    names: positionals,
    option: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    flag: (name) => values[name] === true,
    json,
    print: (facts, text) => void process.stdout.write(`${json ? JSON.stringify(facts, null, 2) : text()}\n`),
  };
  return (await act.run(asked)) === false ? 1 : 0;
}

function parsed(
  args: readonly string[],
  options: { readonly [name: string]: { readonly type: 'string' | 'boolean' } },
) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, url: { type: 'string' }, json: { type: 'boolean' } },
      allowPositionals: true,
    }) as { readonly values: { readonly [name: string]: unknown }; readonly positionals: readonly string[] };
  } catch (error) {
    throw wrongUse(error instanceof Error ? error.message : String(error));
  }
}

function actOf(
  command: RemoteCommandName,
  args: readonly string[],
): { readonly act: RemoteAct; readonly rest: readonly string[] } {
  const acts = COMMANDS[command];
  if (isAct(acts)) return { act: acts, rest: args };
  const [name, ...rest] = args;
  if (name === undefined || name.startsWith('-')) return { act: theAct(acts, command, 'list'), rest: args };
  return { act: theAct(acts, command, name), rest };
}

function theAct(acts: RemoteCommand, command: string, name: string): RemoteAct {
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
  if (act) return act;
  throw wrongUse(`"${command}" has no "${name}"; it has ${Object.keys(acts).join(', ')}.`, command);
}
