import { access, constants, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { ConfigProblem } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { codeOf } from './file-error.ts';
import { reason } from './file-pattern.ts';
import { constantPart, hasPlaceholder, NEEDED_BY_ROTATION } from './path-template.ts';

/** Whether files are completed and new ones begun; else there is one file that grows for ever. */
export const rolls = (config: SinkConfig): boolean =>
  config['rotate.records'] > 0 || config['rotate.bytes'] > 0 || config['rotate.interval.ms'] > 0;

/** The folder that is there before any record fills in the path. */
function baseFolder(file: string): string {
  const constant = constantPart(file);
  return constant.endsWith(sep) ? resolve(constant) : resolve(dirname(`${constant}x`));
}

/** Where files lie that are not complete, and the journals. */
export function stateFolder(config: SinkConfig, connector: string): string {
  const given = config['state.folder'];
  return given === null || given === ''
    ? join(baseFolder(config.file), `.millrace-${encodeURIComponent(connector)}`)
    : resolve(given);
}

/** What stands in the way of writing by this config. */
export async function writeProblems(config: SinkConfig): Promise<readonly ConfigProblem[]> {
  const amiss = rolls(config) ? rolledProblem(config) : appendedProblem(config);
  if (amiss) return [amiss];
  const { file } = config;
  const folder = baseFolder(file);
  const problem = (await folderProblem(folder)) ?? (await constantProblem(file));
  if (problem !== null) return [{ key: 'file', message: `"file": ${problem}.` }];
  const given = config['state.folder'];
  if (given === null || given === '') return [];
  const state = (await folderProblem(resolve(given))) ?? (await deviceProblem(resolve(given), folder));
  return state === null ? [] : [{ key: 'state.folder', message: `"state.folder": ${state}.` }];
}

function rolledProblem({ file }: SinkConfig): ConfigProblem | null {
  const missing = NEEDED_BY_ROTATION.filter((name) => !hasPlaceholder(file, name));
  return missing.length === 0
    ? null
    : {
        key: 'file',
        message: `"file" lacks ${missing.map((name) => `\${${name}}`).join(', ')}: files that are rotated need a name of their own.`,
      };
}

function appendedProblem(config: SinkConfig): ConfigProblem | null {
  const needs = (key: string) => ({
    key,
    message: `"${key}" needs rotation: set rotate.records, rotate.bytes or rotate.interval.ms.`,
  });
  if (config.compression !== 'none') return needs('compression');
  if (config['state.folder']) return needs('state.folder');
  return hasPlaceholder(config.file, 'offset')
    ? { key: 'file', message: '"file" has the offset of records in it: each would have a file of its own.' }
    : null;
}

async function folderProblem(folder: string): Promise<string | null> {
  return reason(folder, async () => {
    await access(folder, constants.W_OK | constants.X_OK);
    return (await stat(folder)).isDirectory() ? null : `${folder} is no folder`;
  });
}

async function deviceProblem(state: string, folder: string): Promise<string | null> {
  const [one, other] = await Promise.all([stat(state), stat(folder)]);
  return one.dev === other.dev ? null : `${state} is on another file system than ${folder}`;
}

/** Of a path without placeholders: it may be there already. */
async function constantProblem(file: string): Promise<string | null> {
  if (constantPart(file) !== file) return null;
  const path = resolve(file);
  return reason(path, async () => {
    try {
      if ((await stat(path)).isDirectory()) return `${path} is a folder, not a file`;
      await access(path, constants.W_OK);
      return null;
    } catch (error) {
      // It is made on start.
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  });
}
