/**
 * UpdateFeatures v0-2
 * Raises and lowers the levels of the cluster's features (KIP-584).
 *
 * 0   flexible from the start
 * 1   kind of the change in place of whether a downgrade is allowed; may only be validated (KIP-778)
 * 2   no more results of single features: all or nothing
 */
import { api, array, bool, int8, int16, int32, string, structure } from '../src/schema/schema.ts';

export const updateFeatures = api({
  key: 57,
  name: 'UpdateFeatures',
  versions: '0-2',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: {
    timeoutMs: int32({ default: 60000 }),
    featureUpdates: array(
      structure('FeatureUpdate', {
        feature: string(),
        maxVersionLevel: int16(),
        allowDowngrade: bool({ versions: '0' }),
        upgradeType: int8({ versions: '1+', default: 1 }),
      }),
    ),
    validateOnly: bool({ versions: '1+', default: false }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    results: array(
      structure('Result', {
        feature: string(),
        errorCode: int16(),
        errorMessage: string({ nullable: '0+' }),
      }),
      { versions: '0-1', ignorable: true },
    ),
  },
});
