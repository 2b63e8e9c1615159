import { MillraceError } from '@millrace/foundation';
import { readConfig } from './config-file.ts';

/** A connector as a file describes it. */
export interface ConnectorFile {
  readonly file: string;
  readonly name: string;
  readonly config: { readonly [key: string]: string };
  readonly initialState: 'RUNNING' | 'PAUSED' | 'STOPPED';
}

/**
 * Reads a connector's file: its keys, as `.properties`, JSON or YAML; or, as in the body of POST /connectors, `name`, `config` and
 * `initial_state`.
 * @throws {MillraceError} CONFIG_FILE_UNREADABLE, CONFIG_FILE_MALFORMED, INVALID_CONFIG (class config)
 */
export async function readConnectorFile(file: string): Promise<ConnectorFile> {
  const raw = await readConfig({ file, overrides: [], environment: {}, definition: {} });
  const wrapped = typeof raw.config === 'object' && raw.config !== null && !Array.isArray(raw.config);
  const config = texts(file, wrapped ? (raw.config as Record<string, unknown>) : raw);
  const name = wrapped && typeof raw.name === 'string' ? raw.name : (config.name ?? '');
  if (name.trim() === '') throw wrong(file, 'name', 'it gives the connector no name');
  return {
    file,
    name: name.trim(),
    config,
    initialState: initialStateOf(file, wrapped ? raw.initial_state : undefined),
  };
}

function texts(file: string, raw: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(raw).map(([key, value]) => {
      if (typeof value === 'object')
        throw wrong(file, key, `the value of "${key}" is no text, number or boolean`);
      return [key, String(value)];
    }),
  );
}

function initialStateOf(file: string, given: unknown): ConnectorFile['initialState'] {
  const state = String(given ?? 'RUNNING').toUpperCase();
  if (state === 'RUNNING' || state === 'PAUSED' || state === 'STOPPED') return state;
  throw wrong(file, 'initial_state', `"${String(given)}" is no initial state`);
}

function wrong(file: string, path: string, what: string): MillraceError {
  return new MillraceError(`The connector file ${file} can't be used: ${what}.`, {
    code: 'INVALID_CONFIG',
    class: 'config',
    path,
    hint: 'It holds the keys of one connector, or "name", "config" and "initial_state" as POST /connectors takes them.',
  });
}
