/**
 * FeatureLevelRecord v0
 * A feature of the cluster is finalized at a level; level 0 takes it away.
 */
import { int16, stored, string } from '../../src/schema/schema.ts';

export const featureLevelRecord = stored({
  name: 'FeatureLevelRecord',
  family: 'metadata',
  type: 12,
  versions: '0',
  flexible: '0+',
  fields: {
    name: string(),
    featureLevel: int16(),
  },
});
