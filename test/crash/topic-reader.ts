import { type ConsumerRecord, createConsumer } from '@millrace/client';
import { eventually } from '../support/eventually.ts';

type IsolationLevel = 'read_committed' | 'read_uncommitted';

const POLL_MS = 200;
const READ_TIMEOUT_MS = 120_000;

/** Resolves when no transaction is open in the topic any more. */
export async function noTransactionOpen(
  bootstrapServers: readonly string[],
  topic: string,
  partitions: number,
): Promise<void> {
  const ends = async (isolationLevel: IsolationLevel) => {
    const reader = createConsumer({ bootstrapServers, isolationLevel });
    const found = await reader.endOffsets(partitionsOf(topic, partitions));
    await reader.close();
    return found.join();
  };
  await eventually(async () => (await ends('read_committed')) === (await ends('read_uncommitted')), {
    what: 'no transaction open',
    timeoutMs: READ_TIMEOUT_MS,
  });
}

/** All that a topic holds, from its beginning to its end. */
export async function readTopic(
  bootstrapServers: readonly string[],
  topic: string,
  partitions: number,
  isolationLevel: IsolationLevel,
): Promise<ConsumerRecord[]> {
  const assigned = partitionsOf(topic, partitions);
  const consumer = createConsumer({ bootstrapServers, isolationLevel, autoOffsetReset: 'earliest' });
  try {
    consumer.assign(assigned);
    const ends = await consumer.endOffsets(assigned);
    const seen: ConsumerRecord[] = [];
    const isAtEnd = () =>
      assigned.every((partition, index) => (consumer.position(partition) ?? 0) >= (ends[index] ?? 0));
    for (const fromMs = performance.now(); !isAtEnd(); ) {
      seen.push(...(await consumer.poll(POLL_MS)));
      if (performance.now() - fromMs > READ_TIMEOUT_MS)
        throw new Error(`${topic} was not read to its end within ${READ_TIMEOUT_MS} ms`);
    }
    return seen;
  } finally {
    await consumer.close();
  }
}

function partitionsOf(topic: string, partitions: number) {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
}
