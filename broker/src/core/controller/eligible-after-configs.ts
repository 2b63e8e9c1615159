import { configResourceTypeIds } from '../metadata/config-resources.ts';
import { partitionChangeRecord } from '../metadata/record-builders.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import { replay } from '../metadata/replay.ts';
import type { DecisionInput } from './decision.ts';
import { eligibleReplicas } from './partition-changes.ts';

const MIN_IN_SYNC = 'min.insync.replicas';

/**
 * What follows for eligible replicas (KIP-966) where `min.insync.replicas` changes: a set that is large enough by the new value
 * commits without them, so from the same record on they are eligible no more. Where the default of brokers changes, which each broker
 * may know by a file of its own, nobody stays eligible who is so by that default.
 */
export function eligibleAfterConfigs(
  { image, rules }: DecisionInput,
  records: readonly MetadataRecord[],
): readonly MetadataRecord[] {
  const changes = records.flatMap((record) =>
    record.kind === 'ConfigRecord' && record.value.name === MIN_IN_SYNC ? [record.value] : [],
  );
  if (changes.length === 0) return [];
  const isDefault = changes.some(({ resourceType }) => resourceType === configResourceTypeIds.broker);
  const named = new Set(changes.map(({ resourceName }) => resourceName));
  const after = replay(image, records, image.offset, image.epoch);
  const follows: MetadataRecord[] = [];
  for (const topic of after.topicsById.values()) {
    const isByDefault = isDefault && after.configs.get('topic', topic.name)?.has(MIN_IN_SYNC) !== true;
    if (!isByDefault && !named.has(topic.name)) continue;
    for (const partition of topic.partitions) {
      const { isr, elr } = partition;
      const left = isByDefault ? [] : eligibleReplicas({ image: after, rules }, topic, partition, { isr });
      if (elr.length > 0 && left.length < elr.length)
        follows.push(partitionChangeRecord(topic.id, partition.partition, { elr: left }));
    }
  }
  return follows;
}
