import type { ShareGroup } from '../share/share-group.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { ConsumerGroup } from './consumer/consumer-group.ts';

/**
 * A group of any kind: `type` is what ListGroups calls it. Kinds whose whole state is in records of their own (all but
 * the classic one) are made and changed by replay alone.
 */
export type Group = ClassicGroup | ConsumerGroup | ShareGroup;

/** A group that commits offsets: share groups have theirs with the share coordinator. */
export type OffsetGroup = Exclude<Group, ShareGroup>;
