import type { SimulatedNode } from '@millrace/broker/testing/simulation';
import { decodeBatch, iterateBatches } from '@millrace/protocol/records';
import type { CommittedLog } from './committed-log.ts';
import type { SimulatedProducer } from './simulated-producer.ts';

const READ_BYTES = 64 * 1024 * 1024;
const DECOMPRESSED_MAX_BYTES = 1024 * 1024;

/** At the end: everything that was acknowledged is there, once. */
export function checkOrders(log: CommittedLog, { sent, acknowledged }: SimulatedProducer): void {
  if (log.count < acknowledged)
    throw new Error(`${log.name}: ${acknowledged} batches acknowledged, ${log.count} are there`);
  if (log.count > sent)
    throw new Error(`${log.name}: ${sent} batches sent, ${log.count} are there: some twice`);
}

/** At the end: compacted or not, every replica has the newest value of each key. */
export async function checkLedger(
  nodes: readonly SimulatedNode[],
  producer: SimulatedProducer,
): Promise<void> {
  const { topic, partition, newest } = producer;
  for (const { core, nodeId } of nodes) {
    const log = core?.partitions.get(topic, partition)?.log;
    if (log === undefined) continue;
    const found = new Map<string, string | null>();
    const limits = { maxBytes: READ_BYTES, atLeastOne: true, endBefore: log.endOffset + 1 };
    for (const buffer of await log.read(log.startOffset, limits))
      for (const { position } of iterateBatches(buffer))
        for (const { key, value } of decodeBatch(buffer, position, {
          maxDecompressedBytes: DECOMPRESSED_MAX_BYTES,
        }).records)
          found.set(String(key), value === null ? null : String(value));
    for (const [key, value] of newest)
      if ((found.get(key) ?? null) !== value)
        throw new Error(`${topic}-${partition} on ${nodeId}: ${key} is ${found.get(key)}, not ${value}`);
  }
}
