import type { Now, Timer, Timers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { ReplyTo } from '../core/coordinator/effects.ts';
import type { GroupEffect } from '../core/group/effects.ts';
import type { GroupShard } from '../core/group/group-shard.ts';
import {
  type ShareHeartbeatCommand,
  type ShareHeartbeatResult,
  shareGroupHeartbeat,
  shareHeartbeatFailed,
} from '../core/share/share-group-heartbeat.ts';
import {
  alterShareOffsets,
  type DeleteShareGroupResult,
  deleteShareGroup,
  deleteShareOffsets,
  type ShareOffsetsResult,
  shareGroupBegun,
  shareGroupOf,
  shareOffsetsDeleted,
} from '../core/share/share-group-offsets.ts';
import { type SharePartitionKey, UNSET } from '../core/share/share-state-record.ts';
import { type NamedTopicPartitions, withoutPartitions } from '../core/share/topic-partitions.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import { type HighWatermarksOptions, highWatermarks, type Place } from './high-watermarks.ts';
import type { Asked } from './services.ts';
import type {
  ShareGroupAccess,
  ShareGroupDescription,
  ShareGroupOffset,
  ShareGroupUntold,
  StartOffset,
} from './share-access.ts';
import type { ShareStateClient } from './share-state-client.ts';

/** How long a heartbeat waits for the share coordinator, so that it can say at once what the member has. */
const SETTLE_WAIT_MS = 3_000;
/** What is forgotten begins anew only then; and what was under way may have been another member's. */
const SETTLE_ROUNDS = 2;
/** A group that is deleted is asked for twice; more where somebody joins and leaves meanwhile. */
const DELETE_TRIES = 4;

export interface ShareGroupServiceOptions extends HighWatermarksOptions {
  readonly groups: GroupCoordinator;
  readonly shareState: ShareStateClient;
  readonly timers: Timers;
}

/** What stands in a group's records of the share coordinator. */
interface Wanted {
  readonly stateEpoch: number;
  readonly begun: readonly NamedTopicPartitions[];
  readonly toBegin: readonly NamedTopicPartitions[];
  readonly toForget: ShareHeartbeatResult['toForget'];
}

/**
 * Share groups, with what the share coordinator has to know of them. What takes both is decided in the group first, and stands in its records
 * until the share coordinator has it: whatever crashes in between, the next heartbeat, the next request or the next look goes on with it.
 */
export class ShareGroupService implements ShareGroupAccess {
  readonly #options: ShareGroupServiceOptions;
  /** What of a group is brought to the share coordinator just now because a member waits for it. */
  readonly #settling = new Map<string, Promise<void>>();
  /** One thing after the other is brought from a group to the share coordinator: the last of each. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #looking: Timer | undefined;
  #isClosed = false;

  constructor(options: ShareGroupServiceOptions) {
    this.#options = options;
    this.#lookLater();
  }

  async heartbeat(command: Omit<Asked<ShareHeartbeatCommand>, 'maxSize'>): Promise<ShareHeartbeatResult> {
    let told = await this.#beat(command);
    for (let round = 0; round < SETTLE_ROUNDS && told.error === null && !isSettled(told); round++) {
      await this.#settled(command.group);
      const { memberEpoch } = told;
      const again = await this.#beat({ ...command, memberEpoch, subscribedTopics: null });
      if (again.error !== null) return told;
      // What has begun since is the member's; else it is told with a later heartbeat.
      told = { ...again, assignment: again.assignment ?? told.assignment };
    }
    return told;
  }

  describe(groupId: string): Promise<ShareGroupDescription | ShareGroupUntold> {
    return this.#options.groups.read<ShareGroupDescription | ShareGroupUntold>(groupId, (shard) => {
      const group = shareGroupOf(shard, groupId);
      if (group === null) {
        const why = shard.groups.has(groupId) ? 'is not a share group' : 'not found';
        return { error: 'GROUP_ID_NOT_FOUND', message: `Group ${groupId} ${why}.` };
      }
      const { state, epoch, assignmentEpoch } = group;
      return { error: null, state, epoch, assignmentEpoch, members: [...group.members.values()] };
    });
  }

  async begunTopics(
    groupId: string,
  ): Promise<{ readonly error: ErrorName | null; readonly topics: readonly NamedTopicPartitions[] }> {
    const found = await this.#read(groupId);
    return 'error' in found ? { error: found.error, topics: [] } : { error: null, topics: found.begun };
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

  alterOffsets(
    groupId: string,
    topics: readonly NamedTopicPartitions[],
    offsets: readonly StartOffset[],
  ): Promise<{ readonly error: ErrorName | null; readonly errors: readonly (ErrorName | null)[] }> {
    // No group is made for nothing.
    if (offsets.length === 0) return Promise.resolve({ error: null, errors: [] });
    return this.#inTurn(groupId, async () => {
      const left = await this.#forget(groupId);
      if (left !== null) return { error: left, errors: [] };
      const altered = await this.#submit(groupId, (shard, reply, now) =>
        alterShareOffsets(shard, { reply, group: groupId, topics }, now),
      );
      if (altered.error !== null) return { error: altered.error, errors: [] };
      const { stateEpoch } = altered;
      const errors = await Promise.all(
        offsets.map(({ topicId, partition, startOffset }) =>
          this.#initialize({ group: groupId, topicId, partition }, stateEpoch, startOffset),
        ),
      );
      const failed = offsets.filter((_offset, index) => errors[index] !== null);
      const begun = withoutPartitions(
        topics,
        failed.map(({ topicId, partition }) => ({ topicId, partitions: [partition] })),
      );
      const { error } = await this.#submit(groupId, (shard, reply) =>
        shareGroupBegun(shard, { reply, group: groupId, topics: begun }),
      );
      return { error, errors };
    });
  }

  deleteOffsets(groupId: string, topics: readonly NamedTopicPartitions[]): Promise<ErrorName | null> {
    return this.#inTurn(groupId, async () => {
      const { error } = await this.#submit(groupId, (shard, reply) =>
        deleteShareOffsets(shard, { reply, group: groupId, topics }),
      );
      return error ?? (await this.#forget(groupId));
    });
  }

  async deleteGroup(groupId: string): Promise<{ readonly error: ErrorName | null } | null> {
    const found = await this.#read(groupId);
    if ('error' in found) return null;
    return { error: await this.#inTurn(groupId, () => this.#deleteGroup(groupId)) };
  }

  close(): void {
    this.#isClosed = true;
    this.#looking?.cancel();
  }

  async #deleteGroup(groupId: string): Promise<ErrorName | null> {
    const refused = (error: ErrorName): DeleteShareGroupResult => ({ error, isGone: false });
    for (let tries = 0; tries < DELETE_TRIES; tries++) {
      const { error, isGone } = await this.#options.groups.submit<DeleteShareGroupResult>(
        groupId,
        refused,
        (shard, reply) => deleteShareGroup(shard, { reply, group: groupId }),
      );
      // Who has joined since it was decided is in a group that knows nothing of the one before.
      if (tries > 0 && (error === 'NON_EMPTY_GROUP' || error === 'GROUP_ID_NOT_FOUND')) return null;
      if (error !== null || isGone) return error;
      const failed = await this.#forget(groupId);
      if (failed !== null) return failed;
    }
    return 'COORDINATOR_NOT_AVAILABLE';
  }

  #beat(command: Omit<Asked<ShareHeartbeatCommand>, 'maxSize'>): Promise<ShareHeartbeatResult> {
    const maxSize = this.#options.config.values['group.share.max.size'];
    return this.#options.groups.submit<ShareHeartbeatResult>(
      command.group,
      shareHeartbeatFailed,
      (shard, reply, now) => shareGroupHeartbeat(shard, { ...command, maxSize, reply }, now),
    );
  }

  /** Resolves when the share coordinator knows what the group wants of it, or when that takes too long: it goes on meanwhile. */
  async #settled(group: string): Promise<void> {
    let settling = this.#settling.get(group);
    if (settling === undefined) {
      settling = this.#inTurn(group, async () => {
        if ((await this.#forget(group)) === null) await this.#begin(group);
      }).finally(() => this.#settling.delete(group));
      this.#settling.set(group, settling);
    }
    const done = settling;
    await new Promise<void>((resolve) => {
      const timer = this.#options.timers.after(SETTLE_WAIT_MS, resolve);
      const ended = (): void => {
        timer.cancel();
        resolve();
      };
      done.then(ended, ended);
    });
  }

  /** Does the work when nothing else of the group is under way between it and the share coordinator. */
  #inTurn<Result>(group: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#turns.get(group) ?? Promise.resolve();
    const turn = before.then(work);
    const over = turn
      .catch(() => undefined)
      .finally(() => {
        if (this.#turns.get(group) === over) this.#turns.delete(group);
      });
    this.#turns.set(group, over);
    return turn;
  }

  /** Tells the share coordinator where the group is to begin. What it does not take is told again with the next heartbeat. */
  async #begin(group: string): Promise<void> {
    const found = await this.#read(group);
    if ('error' in found) return;
    const { toBegin, stateEpoch } = found;
    const topics = await Promise.all(
      toBegin.map(async (topic) => {
        const errors = await Promise.all(
          topic.partitions.map((partition) =>
            this.#initialize({ group, topicId: topic.topicId, partition }, stateEpoch, UNSET),
          ),
        );
        return {
          ...topic,
          partitions: topic.partitions.filter((_partition, index) => errors[index] === null),
        };
      }),
    );
    const begun = topics.filter(({ partitions }) => partitions.length > 0);
    if (begun.length > 0)
      await this.#submit(group, (shard, reply) => shareGroupBegun(shard, { reply, group, topics: begun }));
  }

  async #initialize(
    key: SharePartitionKey,
    stateEpoch: number,
    startOffset: number,
  ): Promise<ErrorName | null> {
    const { error } = await this.#options.shareState.ask(key, (coordinator) =>
      coordinator.initialize({ key, stateEpoch, startOffset }),
    );
    return error;
  }

  /** The share coordinator forgets what the group wants forgotten; the error of the first partition where it cannot. */
  async #forget(group: string): Promise<ErrorName | null> {
    const found = await this.#read(group);
    if ('error' in found) return found.error === 'GROUP_ID_NOT_FOUND' ? null : found.error;
    const { toForget: topics, stateEpoch } = found;
    if (topics.length === 0) return null;
    const { topicsById } = this.#options.metadata.image();
    const errors = await Promise.all(
      topics.flatMap(({ topicId }) =>
        // Of a topic that is gone the share coordinator forgets everything by itself.
        (topicsById.get(topicId)?.partitions ?? []).map(async ({ partition }) => {
          const key = { group, topicId, partition };
          const { error } = await this.#options.shareState.ask(key, (coordinator) =>
            coordinator.delete({ key, stateEpoch }),
          );
          return error;
        }),
      ),
    );
    const failed = errors.find((error) => error !== null);
    if (failed !== undefined) return failed;
    const { error } = await this.#submit(group, (shard, reply) =>
      shareOffsetsDeleted(shard, { reply, group, topics }),
    );
    return error;
  }

  /** Goes on with what was to be forgotten when a broker went, of groups in which nobody asks for it. */
  #lookLater(): void {
    const { timers, config, groups } = this.#options;
    this.#looking = timers.after(config.values['offsets.retention.check.interval.ms'], () => {
      for (const shard of groups.topic.shards())
        for (const group of shard.state?.groups.values() ?? [])
          if (group.type === 'share' && group.partitions.deleting.length > 0)
            void this.#inTurn(group.id, () => this.#forget(group.id));
      if (!this.#isClosed) this.#lookLater();
    });
  }

  /** What the group wants of the share coordinator, as far as that is committed. */
  #read(groupId: string): Promise<Wanted | { readonly error: ErrorName }> {
    return this.#options.groups.read<Wanted>(groupId, (shard) => {
      const group = shareGroupOf(shard, groupId);
      if (group === null) return { error: 'GROUP_ID_NOT_FOUND' };
      const { stateEpoch, partitions } = group;
      const { initialized: begun, initializing: toBegin, deleting: toForget } = partitions;
      return { stateEpoch, begun, toBegin, toForget };
    });
  }

  #submit(
    groupId: string,
    command: (shard: GroupShard, reply: ReplyTo<ShareOffsetsResult>, now: Now) => readonly GroupEffect[],
  ): Promise<ShareOffsetsResult> {
    const refused = (error: ErrorName): ShareOffsetsResult => ({ error, stateEpoch: 0 });
    return this.#options.groups.submit<ShareOffsetsResult>(groupId, refused, command);
  }
}

function isSettled({ toBegin, toForget }: ShareHeartbeatResult): boolean {
  return toBegin.length === 0 && toForget.length === 0;
}
