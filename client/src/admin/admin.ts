import { Cluster } from '../cluster/cluster.ts';
import { fetchOffsets } from '../cluster/list-offsets.ts';
import type { Admin, ClientOptions } from '../types.ts';
import { changeConfigs, readConfigs } from './configs.ts';
import { electPreferred } from './elections.ts';
import { surveyAllGroups } from './group-survey.ts';
import {
  describeAll,
  listAllGroups,
  readGroupOffsets,
  removeGroupOffsets,
  removeGroups,
  setGroupOffsets,
} from './groups.ts';
import { describeDirsOf } from './log-dirs.ts';
import { readCluster, readQuorum } from './quorum.ts';
import { removeRecords } from './records.ts';
import {
  describeShareGroups,
  readHeldByMembers,
  readShareGroupOffsets,
  removeShareGroupOffsets,
  setShareGroupOffsets,
} from './share-groups.ts';
import {
  checkNewTopics,
  createNewTopics,
  describeTopics,
  ensureTopics,
  growTopic,
  listTopics,
  removeTopics,
} from './topics.ts';
import {
  abortHangingTransaction,
  describeProducersOf,
  describeTransactionsOf,
  fenceProducers,
  listAllTransactions,
} from './transactions.ts';

/**
 * An Admin. Each call goes to the broker that can answer it and is tried again on passing failures for
 * `requestTimeoutMs`; a call of which parts failed throws, naming them, after the other parts were carried out.
 */
export function createAdmin(options: ClientOptions): Admin {
  const cluster = new Cluster(options);
  return {
    listTopics: () => listTopics(cluster),
    describeTopics: (names) => describeTopics(cluster, names),
    createTopics: (topics, { validateOnly = false } = {}) =>
      validateOnly ? checkNewTopics(cluster, topics) : createNewTopics(cluster, topics),
    ensureTopics: (topics) => ensureTopics(cluster, topics),
    deleteTopics: (names) => removeTopics(cluster, names),
    createPartitions: (topic, count) => growTopic(cluster, topic, count),
    describeConfigs: (type, name) => readConfigs(cluster, type, name),
    alterConfigs: (type, name, changes) => changeConfigs(cluster, type, name, changes),
    describeCluster: ({ includeFenced = false } = {}) => readCluster(cluster, { includeFenced }),
    describeQuorum: () => readQuorum(cluster),
    electPreferredLeaders: () => electPreferred(cluster),
    describeLogDirs: (brokerId, partitions) => describeDirsOf(cluster, brokerId, partitions),
    listOffsets: (partitions, at) => fetchOffsets(cluster, partitions, at, 'read_uncommitted'),
    listGroups: () => listAllGroups(cluster),
    surveyGroups: () => surveyAllGroups(cluster),
    describeGroups: (groupIds) => describeAll(cluster, groupIds),
    deleteGroups: (groupIds) => removeGroups(cluster, groupIds),
    groupOffsets: (groupId) => readGroupOffsets(cluster, groupId),
    alterGroupOffsets: (groupId, offsets) => setGroupOffsets(cluster, groupId, offsets),
    deleteGroupOffsets: (groupId, partitions) => removeGroupOffsets(cluster, groupId, partitions),
    deleteRecords: (partitions) => removeRecords(cluster, partitions),
    fenceProducers: (transactionalIds) => fenceProducers(cluster, transactionalIds),
    listTransactions: () => listAllTransactions(cluster),
    describeTransactions: (transactionalIds) => describeTransactionsOf(cluster, transactionalIds),
    describeProducers: (partition) => describeProducersOf(cluster, partition),
    abortTransaction: (partition, producer) => abortHangingTransaction(cluster, partition, producer),
    describeShareGroups: (groupIds) => describeShareGroups(cluster, groupIds),
    shareGroupOffsets: (groupId) => readShareGroupOffsets(cluster, groupId),
    heldByShareGroup: (groupId, partitions) => readHeldByMembers(cluster, groupId, partitions),
    alterShareGroupOffsets: (groupId, offsets) => setShareGroupOffsets(cluster, groupId, offsets),
    deleteShareGroupOffsets: (groupId, topics) => removeShareGroupOffsets(cluster, groupId, topics),
    close: () => cluster.close(),
  };
}
