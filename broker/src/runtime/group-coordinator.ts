import type { Clock, Logger, Now, Random, Timer, Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { GroupEffect, ReplyTo } from '../core/group/effects.ts';
import { dropTopics, expireOffsets } from '../core/group/expire-offsets.ts';
import { type GroupRules, GroupShard } from '../core/group/group-shard.ts';
import type { GroupRecord } from '../core/group/records.ts';
import { dropShareTopics } from '../core/share/share-group-offsets.ts';
import { OFFSETS_TOPIC } from './auto-created-topic.ts';
import type { BrokerConfig } from './broker-config.ts';
import { consumerProtocol } from './consumer-protocol.ts';
import { groupCodec } from './coordinator-record-codec.ts';
import { CoordinatorTopic } from './coordinator-topic.ts';
import { groupSetting } from './group-config-definitions.ts';
import type { ClusterAccess, MetadataAccess } from './services.ts';
import { topicPattern } from './topic-pattern.ts';

const MS_PER_MINUTE = 60_000;

export interface GroupCoordinatorOptions {
  readonly metadata: MetadataAccess;
  readonly cluster: ClusterAccess;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * The shards of `__consumer_offsets` that are led here, for the services of all kinds of groups; looks now and then for
 * offsets that may go.
 */
export class GroupCoordinator {
  readonly topic: CoordinatorTopic<GroupRecord, GroupShard>;
  readonly #options: GroupCoordinatorOptions;
  #expiry: Timer | undefined;

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options;
    this.topic = new CoordinatorTopic({
      ...options,
      topic: OFFSETS_TOPIC,
      codec: groupCodec,
      newState: () => new GroupShard(rulesOf(options)),
      // Groups only take part in transactions; they end none.
      markers: (_end, left) => Promise.resolve({ left, isFenced: true }),
    });
    this.#expireLater();
  }

  /** Drops the offsets of topics that are gone. */
  topicsDeleted(topics: readonly string[]): void {
    const gone = new Set(topics);
    for (const shard of this.topic.shards()) {
      shard.run((groups) => dropTopics(groups, gone));
      shard.run(dropShareTopics);
    }
  }

  /** Runs a command in the shard of its group; `refused` makes the answer where that is not here. */
  submit<Result>(
    groupId: string,
    refused: (error: ErrorName) => Result,
    command: (shard: GroupShard, reply: ReplyTo<Result>, now: Now) => readonly GroupEffect[],
  ): Promise<Result> {
    const shard = this.topic.shardOf(groupId);
    return shard ? shard.submit(command, refused) : Promise.resolve(refused('NOT_COORDINATOR'));
  }

  /** Looks at the shard of a group; resolves when nothing that it shows can be lost. */
  read<Result>(
    groupId: string,
    query: (shard: GroupShard) => Result | { readonly error: ErrorName },
  ): Promise<Result | { readonly error: ErrorName }> {
    const shard = this.topic.shardOf(groupId);
    const failed = (error: ErrorName) => ({ error });
    return shard ? shard.read(query, failed) : Promise.resolve(failed('NOT_COORDINATOR'));
  }

  /** Answers what is parked with COORDINATOR_NOT_AVAILABLE and stops the timers. */
  close(): void {
    this.#expiry?.cancel();
    this.topic.close();
  }

  #expireLater(): void {
    const { timers, config } = this.#options;
    this.#expiry = timers.after(config.values['offsets.retention.check.interval.ms'], () => {
      for (const shard of this.topic.shards()) {
        shard.run(expireOffsets);
        shard.run(dropShareTopics);
      }
      this.#expireLater();
    });
  }
}

function rulesOf({ config, random, metadata }: GroupCoordinatorOptions): GroupRules {
  const { values } = config;
  return {
    initialRebalanceDelayMs: values['group.initial.rebalance.delay.ms'],
    maxSize: values['group.max.size'],
    consumerMaxSize: values['group.consumer.max.size'],
    assignors: values['group.consumer.assignors'],
    migrationPolicy: values['group.consumer.migration.policy'].toLowerCase() as GroupRules['migrationPolicy'],
    consumerProtocol,
    topicPattern,
    offsetMetadataMaxBytes: values['offset.metadata.max.bytes'],
    offsetsRetentionMs: values['offsets.retention.minutes'] * MS_PER_MINUTE,
    newMemberSuffix: () => dashed(random.uuid()),
    metadata: () => metadata.image(),
    setting: (group, name) => groupSetting({ image: metadata.image(), values: config.values }, group, name),
    subscribedTopics: (metadata) => consumerProtocol.subscription(metadata)?.topics ?? null,
  };
}

/** A uuid the way Java writes it. */
function dashed(uuid: string): string {
  const hex = Buffer.from(uuid, 'base64url').toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
