import type { Clock, Logger, Now, Timer, Timers } from '@millrace/foundation';
import { isMillraceError } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { ReplyTo } from '../core/coordinator/effects.ts';
import { type DeleteShareStateCommand, deleteShareState } from '../core/share/delete-share-state.ts';
import {
  type InitializeShareStateCommand,
  initializeShareState,
} from '../core/share/initialize-share-state.ts';
import {
  isNewLeader,
  noteLeaderEpoch,
  type ReadShareStateQuery,
  type ReadShareStateResult,
  readShareState,
  summarizeShareState,
} from '../core/share/read-share-state.ts';
import {
  type SharePartitionKey,
  type ShareStateRecord,
  sharePartitionName,
} from '../core/share/share-state-record.ts';
import {
  dropDeletedTopics,
  type ShareStateEffect,
  type ShareStateResult,
  ShareStateShard,
} from '../core/share/share-state-shard.ts';
import { snapshotColdPartitions } from '../core/share/snapshot-share-state.ts';
import { type WriteShareStateCommand, writeShareState } from '../core/share/write-share-state.ts';
import { SHARE_STATE_TOPIC } from './auto-created-topic.ts';
import type { BrokerConfig } from './broker-config.ts';
import { CoordinatorTopic } from './coordinator-topic.ts';
import type { LocalPartitions } from './local-partitions.ts';
import type { Asked, ClusterAccess, CoordinatorLocation, MetadataAccess } from './services.ts';
import type { ShareStateAccess } from './share-access.ts';
import { shareStateCodec } from './share-state-codec.ts';

export interface ShareStateServiceOptions {
  readonly metadata: MetadataAccess;
  readonly cluster: ClusterAccess;
  readonly partitions: Pick<LocalPartitions, 'get'>;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** The share coordinator: brings each command to the shard of its share partition, and keeps their log short. */
export class ShareStateService implements ShareStateAccess {
  readonly topic: CoordinatorTopic<ShareStateRecord, ShareStateShard>;
  readonly #options: ShareStateServiceOptions;
  #pruning: Timer | undefined;
  #isClosed = false;

  constructor(options: ShareStateServiceOptions) {
    const { metadata, config } = options;
    this.#options = options;
    this.topic = new CoordinatorTopic({
      ...options,
      topic: SHARE_STATE_TOPIC,
      codec: shareStateCodec,
      newState: () =>
        new ShareStateShard({
          updatesPerSnapshot: config.values['share.coordinator.snapshot.update.records.per.snapshot'],
          hasPartition: (topicId, partition) =>
            metadata.image().topicsById.get(topicId)?.partitions[partition] !== undefined,
        }),
      // Nothing of share groups takes part in transactions.
      markers: (_end, left) => Promise.resolve({ left, isFenced: true }),
    });
    this.#pruneLater();
  }

  findCoordinator(key: SharePartitionKey): Promise<CoordinatorLocation> {
    return this.topic.locate(sharePartitionName(key));
  }

  initialize(command: Asked<InitializeShareStateCommand>): Promise<ShareStateResult> {
    return this.#submit(command.key, (shard, reply, now) =>
      initializeShareState(shard, { ...command, reply }, now),
    );
  }

  write(command: Asked<WriteShareStateCommand>): Promise<ShareStateResult> {
    return this.#submit(command.key, (shard, reply, now) =>
      writeShareState(shard, { ...command, reply }, now),
    );
  }

  async read(query: ReadShareStateQuery): Promise<ReadShareStateResult> {
    const state = this.#shard(query.key)?.state ?? null;
    if (state !== null && isNewLeader(state, query)) {
      const { error } = await this.#submit(query.key, (shard, reply) =>
        noteLeaderEpoch(shard, { ...query, reply }),
      );
      if (error !== null) return { error };
    } else if (!this.#options.cluster.isHeard) {
      // Nothing is written that only the coordinator can: one that was fenced would bring back what was accepted since.
      return { error: 'NOT_COORDINATOR' };
    }
    return await this.#look(query.key, (shard) => readShareState(shard, query));
  }

  summarize(key: SharePartitionKey): Promise<ReadShareStateResult> {
    return this.#look(key, (shard) => summarizeShareState(shard, key));
  }

  delete(command: Asked<DeleteShareStateCommand>): Promise<ShareStateResult> {
    return this.#submit(command.key, (shard, reply) => deleteShareState(shard, { ...command, reply }));
  }

  /** Forgets what is stored of topics that are gone. */
  topicsDeleted(): void {
    for (const shard of this.topic.shards()) shard.run(dropDeletedTopics);
  }

  close(): void {
    this.#isClosed = true;
    this.#pruning?.cancel();
    this.topic.close();
  }

  #shard(key: SharePartitionKey) {
    return this.topic.shardOf(sharePartitionName(key));
  }

  #submit(
    key: SharePartitionKey,
    command: (
      shard: ShareStateShard,
      reply: ReplyTo<ShareStateResult>,
      now: Now,
    ) => readonly ShareStateEffect[],
  ): Promise<ShareStateResult> {
    const shard = this.#shard(key);
    return shard ? shard.submit(command, failed) : Promise.resolve(failed('NOT_COORDINATOR'));
  }

  #look(
    key: SharePartitionKey,
    query: (shard: ShareStateShard) => ReadShareStateResult,
  ): Promise<ReadShareStateResult> {
    const shard = this.#shard(key);
    return shard
      ? shard.read<ReadShareStateResult>(query, failed)
      : Promise.resolve(failed('NOT_COORDINATOR'));
  }

  #pruneLater(): void {
    const { timers, config } = this.#options;
    const afterMs = config.values['share.coordinator.state.topic.prune.interval.ms'];
    this.#pruning = timers.after(afterMs, () => {
      void this.#prune().finally(() => {
        if (!this.#isClosed) this.#pruneLater();
      });
    });
  }

  /** Deletes records that say nothing any more, once those that replace them are committed. */
  async #prune(): Promise<void> {
    const { topicsByName } = this.#options.metadata.image();
    const count = topicsByName.get(SHARE_STATE_TOPIC)?.partitions.length ?? 0;
    for (let index = 0; index < count; index++) {
      const shard = this.topic.shard(index);
      const log = this.#options.partitions.get(SHARE_STATE_TOPIC, index)?.log;
      if (shard === undefined || log === undefined) continue;
      shard.run(dropDeletedTopics);
      shard.run(snapshotColdPartitions);
      if ((await shard.settled()) !== null) continue;
      const redundantBelow = shard.state?.redundantBelow ?? 0;
      try {
        if (redundantBelow > log.startOffset) await log.advanceStartOffset(redundantBelow);
      } catch (error) {
        if (!isMillraceError(error)) throw error;
        this.#options.logger.warn({ partition: index, ...error.report() }, 'share state could not be cut');
      }
    }
  }
}

function failed(error: ErrorName): { readonly error: ErrorName } {
  return { error };
}
