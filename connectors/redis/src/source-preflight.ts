import { randomUUID } from 'node:crypto';
import type { ConfigProblem } from '@millrace/sdk';
import type { Redis } from 'ioredis';
import { loginKey } from './client/connection-options.ts';
import { missingRights, type Probe } from './client/missing-rights.ts';
import type { SourceConfig } from './config.ts';

/**
 * Problems that only the server knows: rights that are missing, keys that hold no stream.
 * @throws what the connection fails with
 */
export async function sourceProblems(client: Redis, config: SourceConfig): Promise<readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  for (const stream of config.streams) {
    const missing = await missingRights(client, probesOf(config, stream));
    if (missing.length > 0) {
      const message = `The user may not use ${missing.join(', ')} with ${stream}. Give the rights with ACL SETUSER.`;
      problems.push({ key: loginKey(config), message });
      continue;
    }
    const type = await client.type(stream).catch(() => 'unknown');
    if (!['stream', 'none', 'unknown'].includes(type))
      problems.push({
        key: 'streams',
        message: `${stream} is a ${type}, not a stream. Name keys of streams.`,
      });
  }
  return problems;
}

/** None of them changes anything: the group is not there, and the id is none. */
function probesOf(config: SourceConfig, stream: string): readonly Probe[] {
  const reading: readonly Probe[] = [
    ['XINFO', 'STREAM', stream],
    ['XREAD', 'COUNT', 1, 'STREAMS', stream, '$'],
  ];
  if (config['read.mode'] === 'position') return reading;
  const nobody = randomUUID();
  return [
    ...reading.slice(0, 1),
    ['XGROUP', 'CREATE', stream, nobody, 'no id'],
    ['XREADGROUP', 'GROUP', nobody, nobody, 'COUNT', 1, 'STREAMS', stream, '>'],
    ['XACK', stream, nobody, '0-1'],
    ...(config['claim.idle.ms'] > 0 ? [['XAUTOCLAIM', stream, nobody, nobody, 1, '0'] as const] : []),
    ...(config['acknowledged.entries'] === 'delete' ? [['XDEL', stream, '0-1'] as const] : []),
  ];
}
