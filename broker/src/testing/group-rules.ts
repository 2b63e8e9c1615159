import type { GroupRules } from '../core/group/group-shard.ts';
import { emptyImage } from '../core/metadata/replay.ts';
import { parseBrokerConfig } from '../runtime/broker-config.ts';
import { consumerProtocol } from '../runtime/consumer-protocol.ts';
import { groupSetting } from '../runtime/group-config-definitions.ts';

/** The rules of a shard, for tests: ids are numbers, metadata is the topics with commas between, there are no topics. */
export function testGroupRules(more: Partial<GroupRules> = {}): GroupRules {
  let next = 0;
  const { values } = parseBrokerConfig({ 'log.dirs': '/nowhere' });
  return {
    initialRebalanceDelayMs: 3_000,
    maxSize: 1_000,
    consumerMaxSize: 1_000,
    assignors: ['uniform', 'range'],
    offsetMetadataMaxBytes: 4_096,
    offsetsRetentionMs: 1_000_000,
    newMemberSuffix: () => `${++next}`,
    subscribedTopics: (metadata) => metadata.toString().split(','),
    migrationPolicy: 'bidirectional',
    consumerProtocol,
    topicPattern: (regex) => (topic) => new RegExp(`^(?:${regex})$`).test(topic),
    metadata: () => emptyImage,
    setting: (group, name) => groupSetting({ image: emptyImage, values }, group, name),
    ...more,
  };
}
