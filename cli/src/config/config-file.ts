import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type ConfigDef, MillraceError, type RawConfig } from '@millrace/foundation';
import { parseProperties } from './properties.ts';

export interface ConfigSources {
  readonly file: string | null;
  readonly overrides: readonly (readonly [key: string, value: string])[];
  readonly environment: NodeJS.ProcessEnv;
  /** The keys that environment variables are matched with: MILLRACE_LOG_DIRS is `log.dirs`. */
  readonly definition: ConfigDef;
}

/**
 * A config from its file, then the environment, then `--set`: later ones win.
 * @throws {MillraceError} CONFIG_FILE_UNREADABLE, CONFIG_FILE_MALFORMED (class config, path: the file)
 */
export async function readConfig(sources: ConfigSources): Promise<RawConfig> {
  const fromFile = sources.file === null ? {} : await readConfigFile(sources.file);
  return { ...fromFile, ...fromEnvironment(sources), ...Object.fromEntries(sources.overrides) };
}

async function readConfigFile(file: string): Promise<RawConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new MillraceError(`The config file ${file} can't be read: ${(error as Error).message}.`, {
      code: 'CONFIG_FILE_UNREADABLE',
      class: 'config',
      path: file,
      hint: 'Check the path after --config.',
      cause: error,
    });
  }
  try {
    return await parse(file, text);
  } catch (error) {
    throw new MillraceError(`The config file ${file} can't be understood: ${sentence(error)}`, {
      code: 'CONFIG_FILE_MALFORMED',
      class: 'config',
      path: file,
      hint: 'Files ending in .json and .yaml hold one object of keys; any other one is read as .properties.',
      cause: error,
    });
  }
}

async function parse(file: string, text: string): Promise<RawConfig> {
  const extension = extname(file).toLowerCase();
  if (extension === '.json') return asObject(JSON.parse(text));
  if (extension === '.yaml' || extension === '.yml') return asObject((await import('yaml')).parse(text));
  return parseProperties(text);
}

/** Parsers show the place on lines of its own; the first line names it already. */
function sentence(error: unknown): string {
  const [line = ''] = (error as Error).message.split('\n', 1);
  return line.replace(/[:.]?$/, '.');
}

function asObject(value: unknown): RawConfig {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as RawConfig;
  throw new Error('it holds no object of keys and values');
}

function fromEnvironment({ environment, definition }: ConfigSources): RawConfig {
  const found: Record<string, string> = {};
  for (const key of Object.keys(definition)) {
    const value = environment[`MILLRACE_${key.replaceAll('.', '_').toUpperCase()}`];
    if (value !== undefined) found[key] = value;
  }
  return found;
}
