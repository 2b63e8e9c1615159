import type { MetadataRecord } from '../metadata/records.ts';
import type { FeatureUpdate, UpdateFeaturesCommand, UpdateFeaturesResult } from './commands.ts';
import type { Decision, DecisionInput } from './decision.ts';
import { METADATA_VERSION, supportedFeatures } from './features.ts';

/** UpdateFeatures: raises and lowers levels within what this broker works with; the first refusal refuses all. */
export function updateFeatures(
  input: DecisionInput,
  command: UpdateFeaturesCommand,
): Decision<UpdateFeaturesResult> {
  for (const update of command.updates) {
    const problem = updateProblem(update, input.image.features.get(update.name) ?? 0);
    if (problem !== null) {
      const message = `Nothing is changed: level ${update.level} of ${update.name} ${problem}.`;
      return { records: [], response: { error: 'INVALID_UPDATE_VERSION', message } };
    }
  }
  // A feature that stands more than once gets the level that stands last.
  const levels = new Map(command.updates.map(({ name, level }) => [name, level]));
  const records = [...levels]
    .filter(([name, level]) => (input.image.features.get(name) ?? 0) !== level)
    .map(
      ([name, level]): MetadataRecord => ({
        kind: 'FeatureLevelRecord',
        value: { name, featureLevel: level },
      }),
    );
  return { records: command.validateOnly ? [] : records, response: { error: null, message: null } };
}

function updateProblem({ name, level, type }: FeatureUpdate, current: number): string | null {
  const feature = supportedFeatures.find((supported) => supported.name === name);
  if (type === null) return 'is asked for by a kind of change that there is not';
  if (level < 0) return 'is below 0';
  if (!feature) return 'is of a feature that this broker does not have';
  if (level < feature.minVersion || level > feature.maxVersion)
    return `is not among ${feature.minVersion} to ${feature.maxVersion}, which this broker works with`;
  if (level < current && type === 'upgrade')
    return `is below ${current}, and a downgrade has to be asked for`;
  if (level > current && type !== 'upgrade') return `is above ${current}, which is no downgrade`;
  if (level < current && name === METADATA_VERSION) return `is below ${current}, and metadata would be lost`;
  return null;
}
