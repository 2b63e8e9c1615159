import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { MillraceError } from '@millrace/foundation';
import type { ClusterFileNode } from './cluster-file.ts';

/** A node that is to be started again. */
export interface RollNode {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/** What may stand in a shell without a meaning of its own. */
const PLAIN_HOST = /^[\w.:-]+$/;

/**
 * Runs the operator's command, with {id}, {host} and {port} put in.
 * @throws {MillraceError} RESTART_FAILED
 */
export async function restartByCommand(template: string, { id, host, port }: RollNode): Promise<void> {
  if (!PLAIN_HOST.test(host)) throw failed(id, `its host name is no plain one: ${host}`);
  const command = template
    .replaceAll('{id}', String(id))
    .replaceAll('{host}', host)
    .replaceAll('{port}', String(port));
  // Its output is not this command's answer.
  const child = spawn(command, { shell: true, stdio: ['ignore', 2, 'inherit'] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code !== 0) throw failed(id, `"${command}" ended with ${code ?? signal}`);
}

/**
 * Ends a broker of `millrace dev --brokers` in order; dev starts it again.
 * @throws {MillraceError} RESTART_FAILED where that process is not there, or is another one by now
 */
export function restartByDev({ id, pid, configFile }: ClusterFileNode): void {
  const isIt = pid !== null && commandLineOf(pid)?.includes(configFile);
  if (pid === null || !isIt)
    throw failed(id, 'its process is not there: is "millrace dev --brokers" running?');
  process.kill(pid, 'SIGTERM');
}

/** Null where there is no such process, or nobody says. */
function commandLineOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // Not every system has it.
  }
  try {
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return null;
  }
}

function failed(id: number, why: string): MillraceError {
  return new MillraceError(`Broker ${id} was not started again: ${why}.`, {
    ...{ code: 'RESTART_FAILED', class: 'transient' },
    hint: 'Brokers before it are back, those after it were not touched. Run the command again once that is mended.',
  });
}
