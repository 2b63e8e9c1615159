import { errorByCode } from '@millrace/protocol';
import { findCoordinator, initProducerId, offsetCommit } from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import type { Wire } from './wire.ts';

/** More than the partitions of the offsets topic, so that each of them is asked. */
const GROUPS = 40;
const PATIENCE_MS = 60_000;

/** Waits until the coordinators have loaded and producer ids are given out: a fresh Kafka refuses for a while. */
export async function warmUp(wire: Wire): Promise<void> {
  const topic = 'warm-up';
  await wire.createTopic(topic);
  const commit = { partitionIndex: 0, committedOffset: 0, committedMetadata: null };
  const commits = async (groupId: string) => {
    await wire.raw(findCoordinator, 3, { key: groupId });
    const topics = [{ name: topic, partitions: [commit] }];
    const answer = await wire.raw(offsetCommit, 7, { groupId, memberId: '', topics });
    return isNone(answer.topics[0]?.partitions[0]?.errorCode);
  };
  for (let group = 0; group < GROUPS; group++)
    await eventually(() => commits(`warm-up-${group}`), {
      what: `${wire.peer.name} takes commits`,
      timeoutMs: PATIENCE_MS,
    });
  const identity = { transactionalId: null, transactionTimeoutMs: 60_000 };
  await eventually(async () => isNone((await wire.raw(initProducerId, 4, identity)).errorCode), {
    what: `${wire.peer.name} gives producer ids`,
    timeoutMs: PATIENCE_MS,
  });
}

function isNone(code: number | undefined): boolean {
  return code !== undefined && errorByCode(code).name === 'NONE';
}
