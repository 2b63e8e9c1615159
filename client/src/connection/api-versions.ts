import { type Api, decodeResponse, errorByCode, Reader } from '@millrace/protocol';
import { type ApiVersionsResponse, apiVersions } from '@millrace/protocol/messages';
import { networkError } from './network-error.ts';
import { type VersionRange, VersionTable } from './version-table.ts';

/** What this client says of itself. */
export const CLIENT_SOFTWARE = { clientSoftwareName: 'millrace', clientSoftwareVersion: '0.1.0' };
/** Correlation id, then the error code: the same place in all versions. */
const AT_ERROR_CODE = 4;

/** The part of a connection that the exchange needs. */
export interface RawRequester {
  readonly address: string;
  requestRaw<Req, ReqInit, Res, ResInit>(
    api: Api<Req, ReqInit, Res, ResInit>,
    version: number,
    body: ReqInit,
    timeoutMs: number,
  ): Promise<Buffer>;
}

/**
 * Asks for the peer's versions in the newest form that we know. A peer that does not know it answers UNSUPPORTED_VERSION
 * in version 0 and, since KIP-511, names its own range; the second try is in a version it has.
 * @throws {MillraceError} UNSUPPORTED_API, INVALID_RESPONSE, CONNECTION_LOST
 */
export async function negotiateVersions(requester: RawRequester, timeoutMs: number): Promise<VersionTable> {
  const first = await ask(requester, apiVersions.maxVersion, timeoutMs);
  if (errorByCode(first.errorCode).name !== 'UNSUPPORTED_VERSION') return table(requester, first);
  const own = first.apiKeys.find((range) => range.apiKey === apiVersions.key);
  const second = Math.min(own?.maxVersion ?? 0, apiVersions.maxVersion - 1);
  return table(requester, await ask(requester, second, timeoutMs));
}

async function ask(
  requester: RawRequester,
  version: number,
  timeoutMs: number,
): Promise<ApiVersionsResponse> {
  const frame = await requester.requestRaw(apiVersions, version, CLIENT_SOFTWARE, timeoutMs);
  const refused =
    frame.length >= AT_ERROR_CODE + 2 &&
    errorByCode(frame.readInt16BE(AT_ERROR_CODE)).name === 'UNSUPPORTED_VERSION';
  try {
    return decodeResponse(apiVersions, refused ? 0 : version, new Reader(frame)).body;
  } catch (cause) {
    const message = `${requester.address} sent an ApiVersions response that cannot be read`;
    throw networkError('INVALID_RESPONSE', message, cause);
  }
}

function table(requester: RawRequester, response: ApiVersionsResponse): VersionTable {
  const { name, message } = errorByCode(response.errorCode);
  if (name !== 'NONE') {
    throw networkError('UNSUPPORTED_API', `${requester.address} refused ApiVersions: ${name}: ${message}`);
  }
  const ranges = new Map<number, VersionRange>();
  for (const { apiKey, minVersion, maxVersion } of response.apiKeys) {
    ranges.set(apiKey, { min: minVersion, max: maxVersion });
  }
  const features = new Map(
    response.finalizedFeatures.map((feature) => [feature.name, feature.maxVersionLevel]),
  );
  return new VersionTable(requester.address, ranges, features);
}
