import type { Redis } from 'ioredis';
import { answerOf } from './redis-error.ts';

/** A command with its arguments, made so that the server refuses it or does nothing, whatever it holds. */
export type Probe = readonly [command: string, ...args: (string | number)[]];

/**
 * The commands, or keys, that the user may not use: rights are looked at before anything is done.
 * @throws what the connection fails with
 */
export async function missingRights(client: Redis, probes: readonly Probe[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const [command, ...args] of probes) {
    try {
      await client.call(command, ...args);
    } catch (error) {
      const answer = answerOf(error);
      if (answer === null || answer === 'NOAUTH') throw error;
      if (answer === 'NOPERM')
        missing.push(/ keys /.test((error as Error).message) ? `${command} of this key` : command);
    }
  }
  return missing;
}
