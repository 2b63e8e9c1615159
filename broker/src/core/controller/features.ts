import type { MetadataRecord } from '../metadata/records.ts';
import type { Decision, DecisionInput } from './decision.ts';

/** A feature of the cluster and the levels of it that this broker can work with. */
export interface SupportedFeature {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** The level that the metadata records are written in; it only goes up. */
export const METADATA_VERSION = 'metadata.version';

/** The levels of `metadata.version` from 3.3-IV3 to 4.3; 2 of `transaction.version` is an epoch for each transaction (KIP-890). */
export const supportedFeatures: readonly SupportedFeature[] = [
  { name: METADATA_VERSION, minVersion: 7, maxVersion: 30 },
  { name: 'transaction.version', minVersion: 0, maxVersion: 2 },
];

/**
 * Feature levels of a new cluster: the newest, or what `levels` says. Only what works is finalised, for clients switch on
 * it: new group and share protocols are raised by the change that brings them. Level 0 is written as no level.
 */
export function bootstrapFeatures(
  input: DecisionInput,
  levels: Readonly<Record<string, number>> = {},
): Decision<null> {
  const known = input.image.features.has(METADATA_VERSION);
  const records: readonly MetadataRecord[] = known
    ? []
    : supportedFeatures
        .map(({ name, maxVersion }) => ({ name, featureLevel: levels[name] ?? maxVersion }))
        .filter(({ featureLevel }) => featureLevel > 0)
        .map((value) => ({ kind: 'FeatureLevelRecord', value }));
  return { records, response: null };
}
