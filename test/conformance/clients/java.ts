import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { skipping } from '../../support/index.ts';
import { kafkaPeerSkipReason } from '../../support/kafka-peer.ts';
import { runChild, TalkingChild } from './child.ts';
import {
  CLIENT_TIMEOUT_MS,
  type GroupMember,
  type KafkaClient,
  type ReceivedRecord,
  SESSION_TIMEOUT_MS,
} from './kafka-client.ts';

const TOOLS = resolve(
  process.env.KAFKA_PEER_DIR ?? resolve(import.meta.dirname, '../../../../shared/peers/kafka'),
  'tools.sh',
);
const NULL = '<null>';
const FIELD_END = '\t';

/** Runs one of Apache Kafka's tools to its end. */
export function javaTool(name: string, args: readonly string[], input = ''): Promise<string> {
  return runChild(TOOLS, [name, ...args], input);
}

/** One of Apache Kafka's programs that keeps running. */
export function javaProgram(name: string, args: readonly string[]): TalkingChild {
  return new TalkingChild(TOOLS, [name, ...args], () => undefined);
}

/** What the verifiable clients say of what they do, a line each. */
export interface VerifiableEvent {
  readonly name: string;
  readonly value?: string;
  readonly message?: string;
  /** Of `offsets_acknowledged`. */
  readonly success?: boolean;
  readonly partitions?: readonly { readonly partition: number; readonly offsets?: readonly number[] }[];
}

/** One of Apache Kafka's verifiable clients, heard event by event. */
export function verifiableClient(
  name: 'verifiable-producer' | 'verifiable-consumer' | 'verifiable-share-consumer',
  args: readonly string[],
  onEvent: (event: VerifiableEvent) => void,
): TalkingChild {
  return new TalkingChild(TOOLS, [name, ...args], (line) => {
    if (line.startsWith('{')) onEvent(JSON.parse(line) as VerifiableEvent);
  });
}

/** Apache Kafka's console producer and consumer, and its verifiable consumer as a member of groups. */
export const java: KafkaClient = {
  name: 'Apache Kafka’s console clients',
  unavailable() {
    const reason = kafkaPeerSkipReason();
    if (reason !== null) return skipping(reason);
    return spawnSync('java', ['-version']).status === 0
      ? undefined
      : skipping('no java: it is not installed');
  },
  async produce(address, topic, codec, records) {
    const lines = records.map(({ key, value, headers }) => {
      const pairs = Object.entries(headers).map(([name, header]) => `${name}:${header}`);
      return [pairs.length > 0 ? pairs.join(',') : NULL, key ?? NULL, value ?? NULL].join(FIELD_END);
    });
    const properties = ['parse.key=true', 'parse.headers=true', `null.marker=${NULL}`];
    await javaTool(
      'console-producer',
      [
        ...['--bootstrap-server', address, '--topic', topic, '--compression-codec', codec],
        ...properties.flatMap((property) => ['--reader-property', property]),
      ],
      `${lines.join('\n')}\n`,
    );
  },
  async consume(address, topic, count) {
    const properties = [
      ...['timestamp', 'partition', 'offset', 'headers', 'key'].map((field) => `print.${field}=true`),
      `null.literal=${NULL}`,
    ];
    const out = await javaTool('console-consumer', [
      ...['--bootstrap-server', address, '--topic', topic, '--from-beginning'],
      ...['--max-messages', `${count}`, '--timeout-ms', `${CLIENT_TIMEOUT_MS / 2}`],
      ...properties.flatMap((property) => ['--formatter-property', property]),
    ]);
    return out.split('\n').filter(Boolean).map(parse);
  },
  async join(address, groupId, topic, protocol = 'classic'): Promise<GroupMember> {
    const owned = new Set<number>();
    const values: string[] = [];
    const args = [
      ...['verifiable-consumer', '--bootstrap-server', address, '--topic', topic, '--group-id', groupId],
      ...['--reset-policy', 'earliest', '--verbose', '--group-protocol', protocol],
      // In the consumer protocol it is the group's.
      ...(protocol === 'classic' ? ['--session-timeout', `${SESSION_TIMEOUT_MS}`] : []),
    ];
    const child = new TalkingChild(TOOLS, args, (line) => {
      if (!line.startsWith('{')) return;
      const event = JSON.parse(line) as VerifiableEvent;
      if (event.name === 'record_data') values.push(event.value ?? '');
      const partitions = (event.partitions ?? []).map(({ partition }) => partition);
      if (event.name === 'partitions_revoked' || event.name === 'partitions_lost')
        for (const partition of partitions) owned.delete(partition);
      if (event.name === 'partitions_assigned') for (const partition of partitions) owned.add(partition);
    });
    return {
      assignment: () => [...owned].sort((a, b) => a - b),
      seen: () => values,
      leave: () => child.end('SIGTERM'),
      kill: () => child.end('SIGKILL'),
      pause: () => child.pause(),
      resume: () => child.resume(),
    };
  },
};

function parse(line: string): ReceivedRecord {
  const [time = '', partition = '', offset = '', headers = '', key = '', ...value] = line.split(FIELD_END);
  const text = value.join(FIELD_END);
  const pairs =
    headers === 'NO_HEADERS' ? [] : headers.split(',').map((pair) => pair.split(':') as [string, string]);
  return {
    partition: Number(partition.replace('Partition:', '')),
    offset: Number(offset.replace('Offset:', '')),
    timestampMs: Number(time.replace('CreateTime:', '')),
    key: key === NULL ? null : key,
    value: text === NULL ? null : text,
    headers: Object.fromEntries(pairs),
  };
}
