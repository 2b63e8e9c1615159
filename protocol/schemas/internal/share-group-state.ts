/**
 * ShareSnapshotKey v0, ShareSnapshotValue v0, ShareUpdateKey v0, ShareUpdateValue v0
 * `__share_group_state`: what a share group has of a partition as a whole, and what has changed since (KIP-932). Keys stand
 * behind an int16 type, 0 or 1; values behind an int16 version.
 */
import {
  array,
  int8,
  int16,
  int32,
  int64,
  message,
  string,
  structure,
  uuid,
} from '../../src/schema/schema.ts';

const keyFields = { groupId: string(), topicId: uuid(), partition: int32() };

const stateBatch = structure('StateBatch', {
  firstOffset: int64(),
  lastOffset: int64(),
  deliveryState: int8(),
  deliveryCount: int16(),
});

export const shareSnapshotKey = message({
  name: 'ShareSnapshotKey',
  versions: '0',
  flexible: 'none',
  fields: keyFields,
});

export const shareSnapshotValue = message({
  name: 'ShareSnapshotValue',
  versions: '0',
  flexible: '0+',
  fields: {
    snapshotEpoch: int32(),
    stateEpoch: int32(),
    leaderEpoch: int32(),
    startOffset: int64(),
    deliveryCompleteCount: int32({ tag: 0, default: -1 }),
    createTimestamp: int64(),
    writeTimestamp: int64(),
    stateBatches: array(stateBatch),
  },
});

export const shareUpdateKey = message({
  name: 'ShareUpdateKey',
  versions: '0',
  flexible: 'none',
  fields: keyFields,
});

export const shareUpdateValue = message({
  name: 'ShareUpdateValue',
  versions: '0',
  flexible: '0+',
  fields: {
    snapshotEpoch: int32(),
    leaderEpoch: int32(),
    startOffset: int64(),
    deliveryCompleteCount: int32({ tag: 0, default: -1 }),
    stateBatches: array(stateBatch),
  },
});
