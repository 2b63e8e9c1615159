import type { SimulatedNode } from '@millrace/broker/testing/simulation';
import { offsetFetch } from '@millrace/protocol/messages';
import { errorOf, type SimulatedClient } from './simulated-client.ts';

export interface CommittedOffset {
  /** Kafka's name of it, or that no answer came. */
  readonly error: string;
  /** -1: nothing is committed, or it is not told. */
  readonly offset: number;
}

const NO_ANSWER: CommittedOffset = { error: 'no answer', offset: -1 };

/** What a group has committed of a partition, as a broker tells that coordinates the group; of open transactions nothing. */
export async function committedOffset(
  client: SimulatedClient,
  coordinator: SimulatedNode,
  { group, topic, partition }: { readonly group: string; readonly topic: string; readonly partition: number },
): Promise<CommittedOffset> {
  const topicId = client.leaderOf(topic, partition)?.topicId;
  if (topicId === undefined) return NO_ANSWER;
  const wasFenced = client.isFenced(coordinator);
  const asked = { groupId: group, topics: [{ name: topic, topicId, partitionIndexes: [partition] }] };
  const body = { groupId: '', topics: [], groups: [asked], requireStable: true };
  const answer = await client.ask(coordinator, offsetFetch, body);
  // Deposed without having been fenced, it speaks of the past until it learns of that, as Kafka's do. One that is fenced must know.
  if (!wasFenced && !client.coordinates(coordinator, group)) return NO_ANSWER;
  const [told] = answer.groups;
  const partitionTold = told?.topics[0]?.partitions[0];
  const code = told?.errorCode === 0 ? partitionTold?.errorCode : told?.errorCode;
  return { error: errorOf(code), offset: code === 0 ? (partitionTold?.committedOffset ?? -1) : -1 };
}
