import type { Admin, TopicPartition } from '@millrace/client';
import { MillraceError } from '@millrace/foundation';
import type { ResetOutcome, ResetRequest } from '@millrace/rest-api';

type Change = ResetOutcome['changes'][number];

export interface PartitionEnds {
  readonly startOffset: number;
  readonly endOffset: number;
}

export const keyOf = ({ topic, partition }: TopicPartition) => `${topic}-${partition}`;

/** Start and end by `topic-partition`, of those that exist and have a leader. */
export async function endsOf(
  admin: Admin,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, PartitionEnds>> {
  const asked = new Map(partitions.map((one) => [keyOf(one), one]));
  const led = await ledPartitions(admin);
  const known = [...asked.values()].filter((one) => led.has(keyOf(one)));
  const [starts, ends] = await Promise.all([
    admin.listOffsets(known, 'earliest'),
    admin.listOffsets(known, 'latest'),
  ]);
  return new Map(
    known.map((one, index) => [keyOf(one), { startOffset: starts[index] ?? 0, endOffset: ends[index] ?? 0 }]),
  );
}

async function ledPartitions(admin: Admin): Promise<ReadonlySet<string>> {
  const topics = await admin.listTopics();
  return new Set(
    topics.flatMap(({ name: topic, partitions }) =>
      partitions.flatMap(({ partition, leader }) => (leader < 0 ? [] : [keyOf({ topic, partition })])),
    ),
  );
}

/**
 * What a reset changes, and what that means for who reads.
 *
 * @param before by `topic-partition`, where the group stands
 * @throws {MillraceError} UNKNOWN_TOPIC_OR_PARTITION, BAD_REQUEST
 */
export async function planReset(
  admin: Admin,
  before: ReadonlyMap<string, TopicPartition & { readonly offset: number }>,
  { target, topics, preview = false }: ResetRequest,
): Promise<ResetOutcome> {
  const selection = topics === undefined ? [...before.values()] : await selected(admin, topics);
  const ends = await endsOf(admin, selection);
  const partitions = selection.filter((one) => ends.has(keyOf(one)));
  const targets = await targetOffsets(admin, partitions, target);
  const changes = partitions.flatMap(({ topic, partition }, index): Change[] => {
    const bounds = ends.get(keyOf({ topic, partition }));
    const stood = before.get(keyOf({ topic, partition }))?.offset ?? null;
    const wanted = target.to === 'shift' ? (stood === null ? null : stood + target.by) : targets[index];
    if (bounds === undefined || wanted === null || wanted === undefined) return [];
    const after = Math.min(bounds.endOffset, Math.max(bounds.startOffset, wanted));
    return [{ topic, partition, before: stood, after, ...bounds }];
  });
  const count = (of: (from: number, to: number) => number) =>
    changes.reduce(
      (sum, { before: from, after }) => sum + (from === null ? 0 : Math.max(0, of(from, after))),
      0,
    );
  return {
    applied: !preview,
    again: count((from, to) => from - to),
    skipped: count((from, to) => to - from),
    changes: changes.sort((a, b) =>
      a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
    ),
  };
}

/** -1 is the end: no record is as young as that. */
async function targetOffsets(
  admin: Admin,
  partitions: readonly TopicPartition[],
  target: ResetRequest['target'],
): Promise<readonly number[]> {
  switch (target.to) {
    case 'earliest':
    case 'latest':
      return admin.listOffsets(partitions, target.to);
    case 'offset':
      return partitions.map(() => target.offset);
    case 'time': {
      const found = await admin.listOffsets(partitions, { timestampMs: target.timestamp });
      return found.map((offset) => (offset < 0 ? Number.MAX_SAFE_INTEGER : offset));
    }
    case 'shift':
      return [];
  }
}

async function selected(
  admin: Admin,
  topics: NonNullable<ResetRequest['topics']>,
): Promise<readonly TopicPartition[]> {
  const described = await admin.describeTopics(topics.map(({ topic }) => topic));
  return topics.flatMap(({ topic, partitions }, index) => {
    const known = described[index]?.partitions.map(({ partition }) => partition) ?? [];
    const missing = partitions?.find((partition) => !known.includes(partition));
    if (missing !== undefined) {
      throw new MillraceError(`Topic ${topic} has no partition ${missing}.`, {
        ...{ code: 'BAD_REQUEST', class: 'config', path: 'partitions' },
        hint: `It has ${known.length}, counted from 0.`,
      });
    }
    return (partitions ?? known).map((partition) => ({ topic, partition }));
  });
}

/** Positions that members hold in memory would overwrite what is set. */
export function nonEmpty(group: string, members: number): MillraceError {
  return new MillraceError(`Group ${group} has ${members === 1 ? 'a member' : `${members} members`}.`, {
    code: 'NON_EMPTY_GROUP',
    class: 'config',
    hint: 'Stop its consumers first: their own commits would overwrite what is set. A sink connector is stopped by PUT /connectors/…/stop.',
  });
}
