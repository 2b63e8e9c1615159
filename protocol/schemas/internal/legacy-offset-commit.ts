/**
 * LegacyOffsetCommitKey v0, LegacyOffsetCommitValue v0
 * `__consumer_offsets`: a committed offset as brokers wrote it before version 1 of the key; read as the newer one is.
 */
import { int32, int64, stored, string } from '../../src/schema/schema.ts';

export const legacyOffsetCommitKey = stored({
  name: 'LegacyOffsetCommitKey',
  family: 'coordinator-key',
  type: 0,
  versions: '0',
  flexible: 'none',
  fields: {
    group: string(),
    topic: string(),
    partition: int32(),
  },
});

export const legacyOffsetCommitValue = stored({
  name: 'LegacyOffsetCommitValue',
  family: 'coordinator-value',
  type: 0,
  versions: '0',
  flexible: 'none',
  fields: {
    offset: int64(),
    metadata: string(),
    commitTimestamp: int64(),
  },
});
