import { randomUUID } from 'node:crypto';
import type { ConfigProblem } from '@millrace/sdk';
import type { Redis } from 'ioredis';
import { loginKey } from './client/connection-options.ts';
import { isConstant } from './client/key-template.ts';
import { missingRights, type Probe } from './client/missing-rights.ts';
import type { SinkConfig } from './config.ts';
import { keyTemplateOf } from './write-commands.ts';

/**
 * Problems that only the server knows: rights that are missing. Which keys are allowed shows where they are written.
 * @throws what the connection fails with
 */
export async function sinkProblems(client: Redis, config: SinkConfig): Promise<readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  const missing = (await missingRights(client, probesOf(config))).filter(
    (right) => !right.endsWith('of this key'),
  );
  if (missing.length > 0) {
    const message = `The user may not use ${missing.join(', ')}. Give the rights with ACL SETUSER.`;
    problems.push({ key: loginKey(config), message });
  }
  if (config.type !== 'stream' && isConstant(keyTemplateOf(config))) {
    const message = 'With this "key" all records of a topic go to one key, and each replaces the one before.';
    problems.push({ key: 'key', message });
  }
  return problems;
}

/** None of them changes anything: they say too little, or name a key that is not there. */
function probesOf(config: SinkConfig): readonly Probe[] {
  const nothing = `millrace:probe:${randomUUID()}`;
  const writes: Readonly<Record<string, readonly Probe[]>> = {
    string: [['SET', nothing, 'x', 'no option']],
    hash: [
      ['HSET', nothing, 'x', 'x', 'no value'],
      ['DEL', nothing],
    ],
    stream: [['XADD', nothing, 'NOMKSTREAM', '*', 'x', 'x']],
  };
  const fenced = config['delivery.guarantee'] === 'exactly_once';
  return [
    ...(writes[config.type] ?? []),
    ...(config.type === 'string' && config['behavior.on.null.values'] === 'delete'
      ? [['DEL', nothing] as const]
      : []),
    ...(config['ttl.ms'] > 0 && config.type !== 'string' ? [['PEXPIRE', nothing, 1] as const] : []),
    ['EVALSHA', 'x'.repeat(40), 0],
    ['EVAL', 'return 1', 0],
    ...(fenced
      ? ([
          ['HMGET', nothing, 'x'],
          ['HSET', nothing, 'x', 'x', 'no value'],
          ['HINCRBY', nothing, 'x', 'no number'],
        ] as const)
      : []),
    ...(config['wait.replicas'] > 0 ? [['WAIT', 0, 1] as const] : []),
  ];
}
