import { spawnSync } from 'node:child_process';
import { skipping } from '../../support/index.ts';
import { runChild, TalkingChild } from './child.ts';
import {
  type GroupMember,
  type KafkaClient,
  type ReceivedRecord,
  SESSION_TIMEOUT_MS,
  type SentRecord,
} from './kafka-client.ts';

const KEY_END = '\t';

interface KcatRecord {
  readonly partition: number;
  readonly offset: number;
  readonly ts: number;
  readonly headers?: readonly string[];
  readonly key: string | null;
  readonly payload: string | null;
}

/** kcat: librdkafka. It gives all records of one call the same headers. */
export const kcat: KafkaClient = {
  name: 'kcat',
  unavailable() {
    const isThere = spawnSync('kcat', ['-V']).status === 0;
    return isThere ? undefined : skipping('no kcat: it is not installed');
  },
  async produce(address, topic, codec, records) {
    for (const run of runsOfSameHeaders(records)) {
      const headers = Object.entries(run[0]?.headers ?? {}).flatMap(([name, value]) => [
        '-H',
        `${name}=${value}`,
      ]);
      const lines = run.map(({ key, value }) => `${key ?? ''}${KEY_END}${value ?? ''}`);
      await runChild(
        'kcat',
        ['-P', '-b', address, '-t', topic, '-z', codec, '-Z', '-K', KEY_END, ...headers, ...IDEMPOTENT],
        `${lines.join('\n')}\n`,
      );
    }
  },
  async consume(address, topic, count) {
    const out = await runChild('kcat', [
      '-C',
      '-b',
      address,
      '-t',
      topic,
      '-o',
      'beginning',
      '-c',
      `${count}`,
      '-J',
      '-q',
    ]);
    return out.split('\n').filter(Boolean).map(parse);
  },
  async join(address, groupId, topic): Promise<GroupMember> {
    let assignment: readonly number[] = [];
    const values: string[] = [];
    const settings = [
      `session.timeout.ms=${SESSION_TIMEOUT_MS}`,
      'heartbeat.interval.ms=500',
      'auto.offset.reset=earliest',
      'auto.commit.interval.ms=200',
    ];
    const args = [
      '-b',
      address,
      '-G',
      groupId,
      '-J',
      '-u',
      ...settings.flatMap((setting) => ['-X', setting]),
      topic,
    ];
    const child = new TalkingChild('kcat', args, (line) => {
      if (line.startsWith('{')) values.push((JSON.parse(line) as KcatRecord).payload ?? '');
      const rebalanced = / rebalanced \(.*\): (assigned|revoked): ?(.*)$/.exec(line);
      if (rebalanced?.[1] === 'assigned') assignment = partitionsIn(rebalanced[2] ?? '');
      else if (rebalanced) assignment = [];
    });
    return {
      assignment: () => assignment,
      seen: () => values,
      leave: () => child.end('SIGTERM'),
      kill: () => child.end('SIGKILL'),
    };
  },
};

const IDEMPOTENT = ['-X', 'enable.idempotence=true', '-X', 'acks=all', '-X', 'message.max.bytes=1048588'];

function parse(line: string): ReceivedRecord {
  const { partition, offset, ts, headers = [], key, payload } = JSON.parse(line) as KcatRecord;
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) pairs.push([headers[at] ?? '', headers[at + 1] ?? '']);
  return { partition, offset, timestampMs: ts, key, value: payload, headers: Object.fromEntries(pairs) };
}

function partitionsIn(text: string): number[] {
  return [...text.matchAll(/\[(\d+)\]/g)].map(([, partition]) => Number(partition)).sort((a, b) => a - b);
}

function runsOfSameHeaders(records: readonly SentRecord[]): SentRecord[][] {
  const runs: SentRecord[][] = [];
  let last = '';
  for (const record of records) {
    const headers = JSON.stringify(record.headers);
    if (runs.length > 0 && headers === last) runs.at(-1)?.push(record);
    else runs.push([record]);
    last = headers;
  }
  return runs;
}
