import { configResourceTypeIds } from './config-resources.ts';
import type { MetadataImage } from './image.ts';
import { brokerRecord, partitionRecord } from './record-builders.ts';
import type { MetadataRecord } from './records.ts';

/** The fewest records that, replayed over nothing, give this image again. */
export function snapshotRecords(image: MetadataImage): readonly MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const [name, featureLevel] of image.features)
    records.push({ kind: 'FeatureLevelRecord', value: { name, featureLevel } });
  for (const broker of image.brokers.values()) records.push(brokerRecord(broker));
  for (const topic of image.topicsByName.values()) {
    records.push({ kind: 'TopicRecord', value: { name: topic.name, topicId: topic.id } });
    for (const partition of topic.partitions) records.push(partitionRecord(topic.id, partition));
  }
  for (const resource of image.configs.resources()) {
    for (const [name, value] of resource.values) {
      const resourceType = configResourceTypeIds[resource.type];
      records.push({
        kind: 'ConfigRecord',
        value: { resourceType, resourceName: resource.name, name, value },
      });
    }
  }
  for (const { entity, values } of image.clientQuotas.values()) {
    const named = [...entity].map(([entityType, entityName]) => ({ entityType, entityName }));
    for (const [key, value] of values)
      records.push({ kind: 'ClientQuotaRecord', value: { entity: named, key, value, remove: false } });
  }
  if (image.nextProducerId > 0) {
    records.push({
      kind: 'ProducerIdsRecord',
      value: { brokerId: -1, brokerEpoch: -1, nextProducerId: image.nextProducerId },
    });
  }
  return records;
}
