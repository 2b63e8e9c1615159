import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  updateFeatures as api,
  type UpdateFeaturesRequestFeatureUpdate,
  type UpdateFeaturesResponseInit,
} from '@millrace/protocol/messages';
import type { FeatureUpdate } from '../core/controller/commands.ts';
import { CLUSTER, defineApi } from './api.ts';

const UPGRADE_TYPES: readonly FeatureUpdate['type'][] = [
  null,
  'upgrade',
  'safe-downgrade',
  'unsafe-downgrade',
];
const SINGLE_RESULTS_MAX_VERSION = 1;

/**
 * UpdateFeatures v0-2
 *
 * - All changes or none: INVALID_UPDATE_VERSION with the first feature that this broker does not have at that level, or
 *   whose level would sink without a downgrade being asked for.
 * - `metadata.version` never sinks. Level 0 takes a feature away.
 *
 * Versions: v0 says whether a downgrade is allowed, v1 which kind of change it is, and may only validate; v2 has no
 * results of single features.
 *
 * Not implemented: `timeout.ms` (answers come when the quorum has committed).
 */
export const updateFeatures = defineApi({
  api,
  versions: [0, 2],
  access: [['ALTER', 'CLUSTER']],
  forwards: true,
  async handle(context, request): Promise<UpdateFeaturesResponseInit> {
    if (!context.authorize('ALTER', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED', null);
    const { featureUpdates, validateOnly } = request;
    const { error, message } = await context.services.controller.updateFeatures({
      updates: featureUpdates.map((update) => ({
        name: update.feature,
        level: update.maxVersionLevel,
        type: typeOf(update, context.version),
      })),
      validateOnly,
    });
    if (error !== null) return failed(error, message);
    const hasResults = context.version <= SINGLE_RESULTS_MAX_VERSION;
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      errorMessage: null,
      results: hasResults
        ? featureUpdates.map(({ feature }) => ({
            feature,
            errorCode: errorCode('NONE'),
            errorMessage: 'NONE',
          }))
        : [],
    };
  },
  refuse: (_request, error) => failed(error, null),
});

function typeOf(
  { upgradeType, allowDowngrade }: UpdateFeaturesRequestFeatureUpdate,
  version: number,
): FeatureUpdate['type'] {
  if (version > 0) return UPGRADE_TYPES[upgradeType] ?? null;
  return allowDowngrade ? 'unsafe-downgrade' : 'upgrade';
}

function failed(error: ErrorName, errorMessage: string | null): UpdateFeaturesResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage, results: [] };
}
