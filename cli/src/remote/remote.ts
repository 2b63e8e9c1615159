import { parseArgs } from 'node:util';
import { cluster, doctor } from './cluster.ts';
import { connectors } from './connectors.ts';
import { deadLetters } from './dead-letters.ts';
import { groups, shareGroups } from './groups.ts';
import { consume, produce, tail } from './messages.ts';
import { type Asked, type RemoteAct, type RemoteCommand, wrongUse } from './remote-command.ts';
import { RestClient } from './rest-client.ts';
import { topics } from './topics.ts';
import { workers } from './workers.ts';

const DEFAULT_URL = 'http://127.0.0.1:8083';

/** Commands with acts, such as `topics list`. Without one they list. */
const COMMANDS: ReadonlyMap<string, RemoteCommand> = new Map([
  ['connectors', connectors],
  ['dead-letters', deadLetters],
  ['topics', topics],
  ['groups', groups],
  ['share-groups', shareGroups],
  ['workers', workers],
]);

/** Commands that are an act themselves. */
const ACTS: ReadonlyMap<string, RemoteAct> = new Map([
  ['produce', produce],
  ['consume', consume],
  ['tail', tail],
  ['cluster', cluster],
  ['doctor', doctor],
]);

/** What the commands take, for `millrace help`. */
export function remoteUsage(): string {
  const line = (name: string, { takes, does, options = [] }: RemoteAct) => {
    const list = options.map((option) =>
      option.endsWith('?') ? `[--${option.slice(0, -1)}]` : `[--${option} X]`,
    );
    return `  ${[name, takes, ...list].filter((part) => part !== '').join(' ')}\n             ${does}`;
  };
  const acts = [...COMMANDS].flatMap(([name, command]) =>
    Object.entries(command).map(([act, definition]) => line(`${name} ${act}`, definition)),
  );
  return [...acts, ...[...ACTS].map(([name, act]) => line(name, act))].join('\n');
}

/**
 * Runs a command that asks a worker. Answers the exit code.
 * @throws {MillraceError} what the worker refuses with, WORKER_UNREACHABLE, USAGE
 */
export async function remote(command: string, args: readonly string[]): Promise<number> {
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
  command: string,
  args: readonly string[],
): { readonly act: RemoteAct; readonly rest: readonly string[] } {
  const single = ACTS.get(command);
  if (single) return { act: single, rest: args };
  const acts = COMMANDS.get(command) ?? {};
  const [name, ...rest] = args;
  if (name === undefined || name.startsWith('-')) return { act: theAct(acts, command, 'list'), rest: args };
  return { act: theAct(acts, command, name), rest };
}

function theAct(acts: RemoteCommand, command: string, name: string): RemoteAct {
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
  if (act) return act;
  throw wrongUse(`"${command}" has no "${name}"; it has ${Object.keys(acts).join(', ')}.`);
}
