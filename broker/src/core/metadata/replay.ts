import { assert, unreachable } from '@millrace/foundation/assert';
import type { Uuid } from '@millrace/foundation/types';
import type {
  BrokerRegistrationChangeRecord,
  ClientQuotaRecord,
  PartitionChangeRecord,
  PartitionRecord,
  RegisterBrokerRecord,
} from '@millrace/protocol/internal';
import { type ClientQuotaImage, quotaEntityKey } from '../quota/client-quotas.ts';
import { ConfigResources, ConfigResourcesDraft, configResourceTypeOf } from './config-resources.ts';
import type { BrokerImage, MetadataImage, PartitionImage, TopicImage } from './image.ts';
import { FENCE, type MetadataRecord, NO_LEADER_CHANGE, UNFENCE } from './records.ts';

/** What stands before the first record. */
export const emptyImage: MetadataImage = {
  offset: -1,
  epoch: -1,
  brokers: new Map(),
  topicsByName: new Map(),
  topicsById: new Map(),
  configs: new ConfigResources(),
  features: new Map(),
  clientQuotas: new Map(),
  nextProducerId: 0,
};

/**
 * The image after these records. What they do not touch is shared with the image before, so that a listener tells a
 * changed topic from an unchanged one by identity.
 * @param offset of the last of the records, and `epoch` the leader epoch it was written in
 */
export function replay(
  image: MetadataImage,
  records: readonly MetadataRecord[],
  offset: number,
  epoch: number,
): MetadataImage {
  const draft = new ImageDraft(image);
  for (const record of records) draft.apply(record);
  return draft.finish(offset, epoch);
}

interface TopicDraft {
  readonly name: string;
  readonly id: Uuid;
  readonly partitions: PartitionImage[];
}

class ImageDraft {
  readonly #base: MetadataImage;
  #brokers: Map<number, BrokerImage> | undefined;
  #topicsByName: Map<string, TopicImage> | undefined;
  #topicsById: Map<Uuid, TopicImage> | undefined;
  #configs: ConfigResourcesDraft | undefined;
  #features: Map<string, number> | undefined;
  #clientQuotas: Map<string, ClientQuotaImage> | undefined;
  #nextProducerId: number;
  /** Topics of this draft's own, whose partitions may be changed in place. */
  readonly #topicDrafts = new Map<Uuid, TopicDraft>();

  constructor(base: MetadataImage) {
    this.#base = base;
    this.#nextProducerId = base.nextProducerId;
  }

  apply(record: MetadataRecord): void {
    switch (record.kind) {
      case 'TopicRecord':
        this.#putTopic({ name: record.value.name, id: record.value.topicId, partitions: [] });
        return;
      case 'RemoveTopicRecord':
        this.#removeTopic(record.value.topicId);
        return;
      case 'PartitionRecord':
        this.#topic(record.value.topicId).partitions[record.value.partitionId] = partitionOf(record.value);
        return;
      case 'PartitionChangeRecord':
        this.#changePartition(record.value);
        return;
      case 'ConfigRecord': {
        const type = configResourceTypeOf(record.value.resourceType);
        assert(type, `resource type ${record.value.resourceType} of a ConfigRecord is known`);
        this.#configsDraft().set(type, record.value.resourceName, record.value.name, record.value.value);
        return;
      }
      case 'ClientQuotaRecord':
        this.#changeQuota(record.value);
        return;
      case 'FeatureLevelRecord':
        this.#features ??= new Map(this.#base.features);
        if (record.value.featureLevel === 0) this.#features.delete(record.value.name);
        else this.#features.set(record.value.name, record.value.featureLevel);
        return;
      case 'ProducerIdsRecord':
        this.#nextProducerId = record.value.nextProducerId;
        return;
      case 'RegisterBrokerRecord':
        this.#brokersDraft().set(record.value.brokerId, brokerOf(record.value));
        return;
      case 'UnregisterBrokerRecord':
        this.#brokersDraft().delete(record.value.brokerId);
        return;
      case 'BrokerRegistrationChangeRecord':
        this.#changeBroker(record.value);
        return;
      default:
        unreachable(record);
    }
  }

  finish(offset: number, epoch: number): MetadataImage {
    const base = this.#base;
    return {
      offset,
      epoch,
      brokers: this.#brokers ?? base.brokers,
      topicsByName: this.#topicsByName ?? base.topicsByName,
      topicsById: this.#topicsById ?? base.topicsById,
      configs: this.#configs?.finish(base.configs) ?? base.configs,
      features: this.#features ?? base.features,
      clientQuotas: this.#clientQuotas ?? base.clientQuotas,
      nextProducerId: this.#nextProducerId,
    };
  }

  #putTopic(topic: TopicDraft): TopicDraft {
    this.#topicDrafts.set(topic.id, topic);
    this.#topicsByName ??= new Map(this.#base.topicsByName);
    this.#topicsById ??= new Map(this.#base.topicsById);
    this.#topicsByName.set(topic.name, topic);
    this.#topicsById.set(topic.id, topic);
    return topic;
  }

  #topic(id: Uuid): TopicDraft {
    const draft = this.#topicDrafts.get(id);
    if (draft) return draft;
    const topic = (this.#topicsById ?? this.#base.topicsById).get(id);
    assert(topic, `topic ${id} of a metadata record exists`);
    return this.#putTopic({ name: topic.name, id, partitions: [...topic.partitions] });
  }

  #removeTopic(id: Uuid): void {
    const topic = this.#topic(id);
    this.#topicDrafts.delete(id);
    this.#topicsByName?.delete(topic.name);
    this.#topicsById?.delete(id);
    this.#configsDraft().remove('topic', topic.name);
  }

  #changePartition(record: PartitionChangeRecord): void {
    const topic = this.#topic(record.topicId);
    const before = topic.partitions[record.partitionId];
    assert(before, `partition ${record.partitionId} of ${topic.name} exists before it changes`);
    const moved = record.leader !== NO_LEADER_CHANGE;
    topic.partitions[record.partitionId] = {
      partition: before.partition,
      replicas: record.replicas ?? before.replicas,
      isr: record.isr ?? before.isr,
      elr: record.eligibleLeaderReplicas ?? before.elr,
      adding: record.addingReplicas ?? before.adding,
      removing: record.removingReplicas ?? before.removing,
      directories: record.directories ?? before.directories,
      leader: moved ? record.leader : before.leader,
      leaderEpoch: before.leaderEpoch + (moved ? 1 : 0),
      partitionEpoch: before.partitionEpoch + 1,
    };
  }

  #changeQuota({ entity: named, key, value, remove }: ClientQuotaRecord): void {
    const entity = new Map(named.map(({ entityType, entityName }) => [entityType, entityName]));
    const at = quotaEntityKey(entity);
    this.#clientQuotas ??= new Map(this.#base.clientQuotas);
    const values = new Map(this.#clientQuotas.get(at)?.values);
    if (remove) values.delete(key);
    else values.set(key, value);
    if (values.size === 0) this.#clientQuotas.delete(at);
    else this.#clientQuotas.set(at, { entity, values });
  }

  #changeBroker(record: BrokerRegistrationChangeRecord): void {
    const brokers = this.#brokersDraft();
    const before = brokers.get(record.brokerId);
    assert(before, `broker ${record.brokerId} is registered before its registration changes`);
    brokers.set(record.brokerId, {
      ...before,
      fenced: record.fenced === FENCE || (record.fenced !== UNFENCE && before.fenced),
      inControlledShutdown: record.inControlledShutdown === 1 || before.inControlledShutdown,
    });
  }

  #brokersDraft(): Map<number, BrokerImage> {
    this.#brokers ??= new Map(this.#base.brokers);
    return this.#brokers;
  }

  #configsDraft(): ConfigResourcesDraft {
    this.#configs ??= new ConfigResourcesDraft(this.#base.configs);
    return this.#configs;
  }
}

function partitionOf(record: PartitionRecord): PartitionImage {
  return {
    partition: record.partitionId,
    replicas: record.replicas,
    isr: record.isr,
    elr: record.eligibleLeaderReplicas ?? [],
    adding: record.addingReplicas,
    removing: record.removingReplicas,
    directories: record.directories,
    leader: record.leader,
    leaderEpoch: record.leaderEpoch,
    partitionEpoch: record.partitionEpoch,
  };
}

function brokerOf(record: RegisterBrokerRecord): BrokerImage {
  return {
    id: record.brokerId,
    epoch: record.brokerEpoch,
    incarnationId: record.incarnationId,
    endpoints: record.endPoints.map((endpoint) => ({
      name: endpoint.name,
      host: endpoint.host,
      port: endpoint.port,
      securityProtocol: endpoint.securityProtocol,
    })),
    rack: record.rack,
    fenced: record.fenced,
    inControlledShutdown: record.inControlledShutdown,
    logDirs: record.logDirs,
  };
}
