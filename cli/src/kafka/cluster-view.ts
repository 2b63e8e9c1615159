import type { Admin, LogDirDescription, TopicDescription } from '@millrace/client';
import { isMillraceError, MillraceError } from '@millrace/foundation';
import type { BrokerRow, ClusterView } from '@millrace/rest-api';
import { entriesOf } from './topics.ts';

/**
 * The brokers for people, by Kafka's admin APIs: works with any Kafka.
 * @param watch asks whether they are there: it tries once, for a second
 */
export function createClusterView(admin: Admin, watch: Pick<Admin, 'describeCluster'>): ClusterView {
  // Brokers before Kafka 4.0 do not tell of those that are fenced.
  let includeFenced = true;
  return {
    async brokers() {
      try {
        const { brokers } = await watch.describeCluster({ includeFenced });
        return brokers.map(({ id, fenced }) => ({ id, up: !fenced }));
      } catch (error) {
        if (!includeFenced || (isMillraceError(error) && error.class === 'transient')) throw error;
        includeFenced = false;
        return this.brokers();
      }
    },
    async describe() {
      const [cluster, topics] = await Promise.all([admin.describeCluster(), admin.listTopics()]);
      const partitions = topics.flatMap((topic) => topic.partitions);
      const brokers = await Promise.all(
        cluster.brokers.map(async ({ id, host, port, rack }) => ({
          ...{ id, host, port, rack, controller: id === cluster.controllerId },
          ...dutiesOf(id, partitions),
          logDirs: await logDirsOf(admin, id),
        })),
      );
      return {
        clusterId: cluster.clusterId,
        controllerId: cluster.controllerId < 0 ? null : cluster.controllerId,
        brokers: brokers.sort((a, b) => a.id - b.id),
        topics: topics.length,
        partitions: partitions.length,
        underReplicatedPartitions: partitions.filter(({ isr, replicas }) => isr.length < replicas.length)
          .length,
        offlinePartitions: partitions.filter(({ leader }) => leader < 0).length,
      };
    },
    async brokerConfigs(id) {
      const { brokers } = await admin.describeCluster();
      if (!brokers.some((broker) => broker.id === id)) throw unknownBroker(id);
      return entriesOf(await admin.describeConfigs('broker', String(id)), 'DYNAMIC_BROKER_CONFIG');
    },
  };
}

function dutiesOf(id: number, partitions: TopicDescription['partitions']) {
  const held = partitions.filter(({ replicas }) => replicas.includes(id));
  return {
    leads: held.filter(({ leader }) => leader === id).length,
    replicas: held.length,
    behind: held.filter(({ isr }) => !isr.includes(id)).length,
  };
}

/** Null where the broker does not answer, or does not let this client know. */
async function logDirsOf(admin: Admin, id: number): Promise<BrokerRow['logDirs']> {
  const dirs = await admin.describeLogDirs(id, 'all').catch(() => null);
  return dirs?.map(rowOf) ?? null;
}

function rowOf({ path, error, totalBytes, usableBytes, partitions }: LogDirDescription) {
  const logBytes = partitions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { path, error: error?.message ?? null, logBytes, totalBytes, usableBytes };
}

function unknownBroker(id: number): MillraceError {
  return new MillraceError(`There is no broker ${id}.`, {
    code: 'NOT_FOUND',
    class: 'config',
    hint: 'GET /api/v1/cluster lists those that there are.',
  });
}
