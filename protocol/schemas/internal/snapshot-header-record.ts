/**
 * SnapshotHeaderRecord v0
 * Control record 3: begins a snapshot.
 */
import { int16, int64, stored } from '../../src/schema/schema.ts';

export const snapshotHeaderRecord = stored({
  name: 'SnapshotHeaderRecord',
  family: 'control',
  type: 3,
  versions: '0',
  flexible: '0+',
  fields: {
    version: int16(),
    lastContainedLogTimestamp: int64(),
  },
});
