/**
 * ApiVersions v0-4
 * The APIs and versions that a broker serves: the first request on a connection.
 *
 * 1   throttle time
 * 3   flexible; name and version of the client, features of the cluster (KIP-511, KIP-584)
 * 4   a feature may begin at version 0 (KAFKA-17011)
 *
 * The response header stays in its old form in every version, because the client cannot know yet what the broker
 * speaks. A version that the broker lacks is answered in version 0, with UNSUPPORTED_VERSION.
 */
import { api, array, bool, int16, int32, int64, string, structure } from '../src/schema/schema.ts';

export const apiVersions = api({
  key: 18,
  name: 'ApiVersions',
  versions: '0-4',
  flexible: '3+',
  listeners: ['broker', 'controller'],
  request: {
    clientSoftwareName: string({ versions: '3+', ignorable: true }),
    clientSoftwareVersion: string({ versions: '3+', ignorable: true }),
  },
  response: {
    errorCode: int16(),
    apiKeys: array(
      structure('ApiKey', {
        apiKey: int16(),
        minVersion: int16(),
        maxVersion: int16(),
      }),
    ),
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    supportedFeatures: array(
      structure('SupportedFeature', {
        name: string(),
        minVersion: int16(),
        maxVersion: int16(),
      }),
      { versions: '3+', tag: 0, ignorable: true },
    ),
    finalizedFeaturesEpoch: int64({ versions: '3+', default: -1, tag: 1, ignorable: true }),
    finalizedFeatures: array(
      structure('FinalizedFeature', {
        name: string(),
        maxVersionLevel: int16(),
        minVersionLevel: int16(),
      }),
      { versions: '3+', tag: 2, ignorable: true },
    ),
    zkMigrationReady: bool({ versions: '3+', default: false, tag: 3, ignorable: true }),
  },
});
