/**
 * SnapshotFooterRecord v0
 * Control record 4: ends a snapshot; one without it is not complete.
 */
import { int16, stored } from '../../src/schema/schema.ts';

export const snapshotFooterRecord = stored({
  name: 'SnapshotFooterRecord',
  family: 'control',
  type: 4,
  versions: '0',
  flexible: '0+',
  fields: {
    version: int16(),
  },
});
