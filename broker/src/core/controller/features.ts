import type { MetadataRecord } from '../metadata/records.ts';
import type { Decision, DecisionInput } from './decision.ts';

/** Apache Kafka 4.3: the level that the metadata records are written in. */
const METADATA_VERSION = 30;

/**
 * Feature levels of a new cluster. Only what works is finalised, for clients switch on it: new group, share and
 * transaction protocols are raised by the change that brings them.
 */
export function bootstrapFeatures(input: DecisionInput): Decision<null> {
  const known = input.image.features.has('metadata.version');
  const records: readonly MetadataRecord[] = known
    ? []
    : [{ kind: 'FeatureLevelRecord', value: { name: 'metadata.version', featureLevel: METADATA_VERSION } }];
  return { records, response: null };
}
