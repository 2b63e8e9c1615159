/**
 * OffsetCommitKey v0, OffsetCommitValue v0-4
 * `__consumer_offsets`: the offset that a group has committed for a partition.
 *
 * Values, by version:
 * 1   an expiry time of its own (only this version)
 * 3   leader epoch; no expiry time
 * 4   flexible; topic id
 */
import { int32, int64, stored, string, uuid } from '../../src/schema/schema.ts';

export const offsetCommitKey = stored({
  name: 'OffsetCommitKey',
  family: 'coordinator-key',
  type: 1,
  versions: '0',
  flexible: 'none',
  fields: {
    group: string(),
    topic: string(),
    partition: int32(),
  },
});

export const offsetCommitValue = stored({
  name: 'OffsetCommitValue',
  family: 'coordinator-value',
  type: 1,
  versions: '0-4',
  flexible: '4+',
  fields: {
    offset: int64(),
    leaderEpoch: int32({ versions: '3+', default: -1, ignorable: true }),
    metadata: string(),
    commitTimestamp: int64(),
    expireTimestamp: int64({ versions: '1', default: -1, ignorable: true }),
    topicId: uuid({ versions: '4+', tag: 0, ignorable: true }),
  },
});
