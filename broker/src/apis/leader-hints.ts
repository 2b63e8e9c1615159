import { errorCode } from '@millrace/protocol';
import type { TopicImage } from '../core/metadata/image.ts';
import type { RequestContext } from './api.ts';
import { nodesOn } from './broker-nodes.ts';

/** Who leads a partition, as answers say it; -1 where nobody does, or the partition is not known. */
export interface CurrentLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

interface Answered {
  readonly errorCode: number;
  readonly currentLeader?: { readonly leaderId?: number | undefined } | undefined;
}

/** With these a client asks another broker, or anew: it is told whom. */
const MOVED: ReadonlySet<number> = new Set([
  errorCode('NOT_LEADER_OR_FOLLOWER'),
  errorCode('FENCED_LEADER_EPOCH'),
]);

export function currentLeader(topic: TopicImage | undefined, partition: number): CurrentLeader {
  const found = topic?.partitions[partition];
  return { leaderId: found?.leader ?? -1, leaderEpoch: found?.leaderEpoch ?? -1 };
}

/** Whether any of these says that somebody else leads, or in another epoch: mostly none does. */
export const pointsElsewhere = (answers: readonly Answered[]): boolean =>
  answers.some(({ errorCode: code }) => MOVED.has(code));

/** The answers for partitions of a topic, with their leaders where the error says that it is another one (KIP-951). */
export function withLeaders<T extends Answered>(
  topic: TopicImage | undefined,
  answers: readonly T[],
  partitionOf: (answer: T) => number,
): readonly T[] {
  return answers.map((answer) =>
    MOVED.has(answer.errorCode)
      ? { ...answer, currentLeader: currentLeader(topic, partitionOf(answer)) }
      : answer,
  );
}

/** Addresses of the leaders that an answer points to, on the listener that was asked. */
export function leaderEndpoints(context: RequestContext, topics: readonly (readonly Answered[])[]) {
  const leaders = new Set<number | undefined>();
  for (const answers of topics)
    for (const { errorCode: code, currentLeader: leader } of answers)
      if (MOVED.has(code)) leaders.add(leader?.leaderId);
  if (leaders.size === 0) return [];
  return nodesOn(context.services.metadata.image(), context.listener)
    .filter(({ id }) => leaders.has(id))
    .map(({ id: nodeId, host, port, rack }) => ({ nodeId, host, port, rack }));
}
