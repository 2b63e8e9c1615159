import { randomUUID } from 'node:crypto';
import { loginKey, missingRights, type Probe } from '@millrace/connector-redis/client';
import type { ConfigProblem } from '@millrace/sdk';
import type { Redis } from 'ioredis';
import type { SinkConfig, SourceConfig } from './config.ts';

/**
 * Commands of BullMQ's scripts that the user may not run.
 * @throws what the connection fails with
 */
export function missingForSink(client: Redis, config: SinkConfig): Promise<readonly ConfigProblem[]> {
  const nothing = `${config.prefix}:millrace-probe-${randomUUID()}`;
  const fence: readonly Probe[] = [
    ['WATCH', nothing],
    ['UNWATCH'],
    ['HMGET', nothing, 'x'],
    ['HINCRBY', nothing, 'x', 'no number'],
  ];
  return problemsOf(client, loginKey(config), [
    ...scripting(nothing),
    ...(config['delivery.guarantee'] === 'exactly_once' ? fence : []),
  ]);
}

/** The same for a source, with the right to the queue's own keys. */
export async function missingForSource(
  client: Redis,
  config: SourceConfig,
): Promise<readonly ConfigProblem[]> {
  const key = `${config.prefix}:${config.queue}:meta`;
  const events = `${config.prefix}:${config.queue}:events`;
  const probes: readonly Probe[] =
    config['read.mode'] === 'events'
      ? [
          ['XINFO', 'STREAM', events],
          ['XREAD', 'COUNT', 1, 'STREAMS', events, '$'],
        ]
      : [...scripting(`${config.prefix}:${config.queue}:millrace-probe-${randomUUID()}`), ['HGETALL', key]];
  return await problemsOf(client, loginKey(config), probes);
}

async function problemsOf(
  client: Redis,
  key: string,
  probes: readonly Probe[],
): Promise<readonly ConfigProblem[]> {
  const missing = await missingRights(client, probes);
  if (missing.length === 0) return [];
  const message = `The user may not use ${missing.join(', ')}. Give the rights with ACL SETUSER.`;
  return [{ key, message }];
}

/** None of them changes anything: they say too little, or name a key that is not there. */
const scripting = (nothing: string): readonly Probe[] => [
  ['INFO', 'server'],
  ['EVALSHA', 'x'.repeat(40), 0],
  ['EVAL', 'return 1', 0],
  ['EXISTS', nothing],
  ['HGETALL', nothing],
  ['HSET', nothing, 'x', 'x', 'no value'],
  ['LRANGE', nothing, 0, 0],
  ['LREM', nothing, 0, 'x'],
  ['ZRANGE', nothing, 0, 0],
  ['ZREM', nothing, 'x'],
  ['XADD', nothing, 'NOMKSTREAM', '*', 'x', 'x'],
  ['DEL', nothing],
];
