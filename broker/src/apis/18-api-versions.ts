import { type ErrorName, errorCode } from '@millrace/protocol';
import { type ApiVersionsResponseInit, apiVersions as api } from '@millrace/protocol/messages';
import { supportedFeatures } from '../core/controller/features.ts';
import { defineApi } from './api.ts';

const CLIENT_SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;
const API_VERSIONS_KEY = 18;
const LEVEL_ZERO_VERSION = 4;

/**
 * ApiVersions v0-4
 *
 * - Says what the handlers say of themselves, and the finalised features. Only features that work are finalised: clients
 *   switch on them.
 * - A version that is not served is answered in version 0 with UNSUPPORTED_VERSION and ApiVersions' own range (KIP-511).
 * - Client software names and versions that are not as KIP-511 wants them: INVALID_REQUEST.
 *
 * Versions: v3 client software, features; v4 features whose lowest version is 0: clients before it are told 1.
 *
 * Not implemented: nothing.
 */
export const apiVersions = defineApi({
  api,
  versions: [0, 4],
  access: 'open',
  handle({ version, services, listenerKind }, request): ApiVersionsResponseInit {
    const named = [request.clientSoftwareName, request.clientSoftwareVersion];
    if (version >= 3 && !named.every((text) => CLIENT_SOFTWARE.test(text)))
      return { errorCode: errorCode('INVALID_REQUEST'), apiKeys: [] };
    const image = services.metadata.image();
    return {
      errorCode: errorCode('NONE'),
      apiKeys: services.advertisedApis[listenerKind].map(({ key, versions: [minVersion, maxVersion] }) => ({
        apiKey: key,
        minVersion,
        maxVersion,
      })),
      throttleTimeMs: 0,
      supportedFeatures: supportedFeatures.map((feature) => ({
        ...feature,
        minVersion: version >= LEVEL_ZERO_VERSION ? feature.minVersion : Math.max(1, feature.minVersion),
      })),
      finalizedFeaturesEpoch: image.offset,
      finalizedFeatures: [...image.features].map(([name, level]) => ({
        name,
        maxVersionLevel: level,
        minVersionLevel: level,
      })),
    };
  },
  refuse: (_request, error) => onlyError(error),
});

function onlyError(error: ErrorName): ApiVersionsResponseInit {
  const [minVersion, maxVersion] = [0, 4];
  return { errorCode: errorCode(error), apiKeys: [{ apiKey: API_VERSIONS_KEY, minVersion, maxVersion }] };
}
