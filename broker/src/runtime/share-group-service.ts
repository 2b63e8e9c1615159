import type { Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { ReplyTo } from '../core/coordinator/effects.ts';
import type { GroupEffect } from '../core/group/effects.ts';
import type { GroupShard } from '../core/group/group-shard.ts';
import type { ShareGroup } from '../core/share/share-group.ts';
import {
  type ShareHeartbeatCommand,
  type ShareHeartbeatResult,
  shareGroupHeartbeat,
  shareHeartbeatFailed,
} from '../core/share/share-group-heartbeat.ts';
import {
  alterShareOffsets,
  deleteShareGroup,
  deleteShareOffsets,
  type ShareOffsetsResult,
  shareGroupBegun,
  shareGroupOf,
  shareOffsetsDeleted,
} from '../core/share/share-group-offsets.ts';
import { UNSET } from '../core/share/share-state-record.ts';
import type { NamedTopicPartitions } from '../core/share/topic-partitions.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import { type HighWatermarksOptions, highWatermarks, type Place } from './high-watermarks.ts';
import type { Asked } from './services.ts';
import type {
  ShareGroupAccess,
  ShareGroupDescription,
  ShareGroupOffset,
  StartOffset,
} from './share-access.ts';
import type { ShareStateClient } from './share-state-client.ts';

/** How long a heartbeat waits for the share coordinator, so that it can say at once what the member has. */
const BEGIN_WAIT_MS = 3_000;

export interface ShareGroupServiceOptions extends HighWatermarksOptions {
  readonly groups: GroupCoordinator;
  readonly shareState: ShareStateClient;
  readonly timers: Timers;
}

/** Share groups, with what the share coordinator has to know of them. */
export class ShareGroupService implements ShareGroupAccess {
  readonly #options: ShareGroupServiceOptions;
  /** Groups that begin in partitions just now. */
  readonly #beginning = new Map<string, Promise<void>>();

  constructor(options: ShareGroupServiceOptions) {
    this.#options = options;
  }

  async heartbeat(command: Omit<Asked<ShareHeartbeatCommand>, 'maxSize'>): Promise<ShareHeartbeatResult> {
    const first = await this.#beat(command);
    if (first.error !== null || first.toBegin.length === 0) return first;
    await this.#begin(command.group, first);
    const { memberEpoch } = first;
    const again = await this.#beat({ ...command, memberEpoch, subscribedTopics: null });
    // What has begun since is the member's; else it is told with a later heartbeat.
    return again.error === null ? { ...again, assignment: again.assignment ?? first.assignment } : first;
  }

  describe(groupId: string): Promise<ShareGroupDescription | { readonly error: ErrorName }> {
    return this.#options.groups.read<ShareGroupDescription>(groupId, (shard) => {
      const group = shareGroupOf(shard, groupId);
      if (group === null) return { error: 'GROUP_ID_NOT_FOUND' };
      const { state, epoch, assignmentEpoch } = group;
      return { error: null, state, epoch, assignmentEpoch, members: [...group.members.values()] };
    });
  }

  async begunTopics(
    groupId: string,
  ): Promise<{ readonly error: ErrorName | null; readonly topics: readonly NamedTopicPartitions[] }> {
    const found = await this.#read(groupId);
    return 'error' in found
      ? { error: found.error, topics: [] }
      : { error: null, topics: found.group.partitions.initialized };
  }

  async offset(groupId: string, topicId: string, partition: number): Promise<ShareGroupOffset> {
    const key = { group: groupId, topicId, partition };
    const read = await this.#options.shareState.ask(key, (coordinator) => coordinator.summarize(key));
    if (read.error !== null) return { error: read.error };
    const { startOffset, leaderEpoch, deliveryCompleteCount } = read.state;
    return { error: null, startOffset, leaderEpoch, deliveryCompleteCount };
  }

  highWatermarks(places: readonly Place[]): Promise<readonly (number | null)[]> {
    return highWatermarks(this.#options, places);
  }

  async alterOffsets(
    groupId: string,
    topics: readonly NamedTopicPartitions[],
    offsets: readonly StartOffset[],
  ): Promise<{ readonly error: ErrorName | null; readonly errors: readonly (ErrorName | null)[] }> {
    const altered = await this.#submit(groupId, (shard, reply) =>
      alterShareOffsets(shard, { reply, group: groupId, topics }),
    );
    if (altered.error !== null) return { error: altered.error, errors: [] };
    const { stateEpoch } = altered;
    const errors = await Promise.all(
      offsets.map(async ({ topicId, partition, startOffset }) => {
        const key = { group: groupId, topicId, partition };
        const begun = await this.#options.shareState.ask(key, (coordinator) =>
          coordinator.initialize({ key, stateEpoch, startOffset }),
        );
        return begun.error;
      }),
    );
    const { error } = await this.#submit(groupId, (shard, reply) =>
      shareGroupBegun(shard, { reply, group: groupId, topics }),
    );
    return { error, errors };
  }

  async deleteOffsets(groupId: string, topics: readonly NamedTopicPartitions[]): Promise<ErrorName | null> {
    const before = await this.#submit(groupId, (shard, reply) =>
      deleteShareOffsets(shard, { reply, group: groupId, topics }),
    );
    if (before.error !== null) return before.error;
    const failed = await this.#forget(groupId, topics);
    if (failed !== null) return failed;
    const after = await this.#submit(groupId, (shard, reply) =>
      shareOffsetsDeleted(shard, { reply, group: groupId, topics }),
    );
    return after.error;
  }

  async deleteGroup(groupId: string): Promise<{ readonly error: ErrorName | null } | null> {
    const found = await this.#read(groupId);
    if ('error' in found) return null;
    const { initialized, initializing } = found.group.partitions;
    if (found.group.members.size > 0) return { error: 'NON_EMPTY_GROUP' };
    const error = await this.#forget(groupId, [...initialized, ...initializing]);
    if (error !== null) return { error };
    return await this.#submit(groupId, (shard, reply) => deleteShareGroup(shard, { reply, group: groupId }));
  }

  #beat(command: Omit<Asked<ShareHeartbeatCommand>, 'maxSize'>): Promise<ShareHeartbeatResult> {
    const maxSize = this.#options.config.values['group.share.max.size'];
    return this.#options.groups.submit<ShareHeartbeatResult>(
      command.group,
      shareHeartbeatFailed,
      (shard, reply, now) => shareGroupHeartbeat(shard, { ...command, maxSize, reply }, now),
    );
  }

  /** Has the group begin, once at a time. What does not come to an end here is taken up by the next heartbeat. */
  async #begin(group: string, { toBegin, stateEpoch }: ShareHeartbeatResult): Promise<void> {
    let beginning = this.#beginning.get(group);
    if (beginning === undefined) {
      beginning = this.#tellCoordinator(group, toBegin, stateEpoch).finally(() => {
        this.#beginning.delete(group);
      });
      this.#beginning.set(group, beginning);
    }
    const begun = beginning;
    await new Promise<void>((resolve) => {
      const timer = this.#options.timers.after(BEGIN_WAIT_MS, resolve);
      void begun.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  async #tellCoordinator(
    group: string,
    toBegin: readonly NamedTopicPartitions[],
    stateEpoch: number,
  ): Promise<void> {
    const topics = await Promise.all(
      toBegin.map(async (topic) => {
        const begun = await Promise.all(
          topic.partitions.map(async (partition) => {
            const key = { group, topicId: topic.topicId, partition };
            const { error } = await this.#options.shareState.ask(key, (coordinator) =>
              coordinator.initialize({ key, stateEpoch, startOffset: UNSET }),
            );
            return error === null;
          }),
        );
        return { ...topic, partitions: topic.partitions.filter((_partition, index) => begun[index]) };
      }),
    );
    const begun = topics.filter(({ partitions }) => partitions.length > 0);
    if (begun.length > 0)
      await this.#submit(group, (shard, reply) => shareGroupBegun(shard, { reply, group, topics: begun }));
  }

  /** The share coordinator forgets the partitions; the error of the first that it cannot. */
  async #forget(group: string, topics: readonly NamedTopicPartitions[]): Promise<ErrorName | null> {
    const errors = topics.flatMap(({ topicId, partitions }) =>
      partitions.map(async (partition) => {
        const key = { group, topicId, partition };
        const { error } = await this.#options.shareState.ask(key, (coordinator) => coordinator.delete(key));
        return error;
      }),
    );
    return (await Promise.all(errors)).find((error) => error !== null) ?? null;
  }

  #read(groupId: string): Promise<{ readonly group: ShareGroup } | { readonly error: ErrorName }> {
    return this.#options.groups.read<{ readonly group: ShareGroup }>(groupId, (shard) => {
      const group = shareGroupOf(shard, groupId);
      return group === null ? { error: 'GROUP_ID_NOT_FOUND' } : { group };
    });
  }

  #submit(
    groupId: string,
    command: (shard: GroupShard, reply: ReplyTo<ShareOffsetsResult>) => readonly GroupEffect[],
  ): Promise<ShareOffsetsResult> {
    const refused = (error: ErrorName): ShareOffsetsResult => ({ error, stateEpoch: 0 });
    return this.#options.groups.submit<ShareOffsetsResult>(groupId, refused, command);
  }
}
