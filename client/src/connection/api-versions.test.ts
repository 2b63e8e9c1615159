import { type Api, encodeResponse, errorCode } from '@millrace/protocol';
import { apiVersions, metadata } from '@millrace/protocol/messages';
import { describe, expect, it } from 'vitest';
import { negotiateVersions, type RawRequester } from './api-versions.ts';

const keys = [
  { apiKey: metadata.key, minVersion: 1, maxVersion: 7 },
  { apiKey: apiVersions.key, minVersion: 0, maxVersion: 2 },
];

/** A peer that knows ApiVersions up to `maxVersion` and says UNSUPPORTED_VERSION in version 0 to what is newer. */
function peer(maxVersion: number, refusalKeys: typeof keys): RawRequester & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    address: 'peer:1',
    asked,
    async requestRaw<Req, ReqInit, Res, ResInit>(_: Api<Req, ReqInit, Res, ResInit>, version: number) {
      asked.push(version);
      const known = version <= maxVersion;
      const body = known
        ? { errorCode: 0, apiKeys: keys, throttleTimeMs: 0 }
        : { errorCode: errorCode('UNSUPPORTED_VERSION'), apiKeys: refusalKeys };
      const frame = { api: apiVersions, version: known ? version : 0, correlationId: 1, body };
      return Buffer.concat(encodeResponse(frame)).subarray(4);
    },
  };
}

describe('negotiateVersions', () => {
  it('asks once where the newest form is known', async () => {
    const requester = peer(apiVersions.maxVersion, []);
    const versions = await negotiateVersions(requester, 1_000);
    expect(requester.asked).toEqual([apiVersions.maxVersion]);
    expect(versions.negotiate(metadata)).toBe(7);
    expect(versions.negotiate(metadata, 3)).toBe(3);
  });

  it('goes down to the version that the refusal names', async () => {
    const requester = peer(2, keys);
    await negotiateVersions(requester, 1_000);
    expect(requester.asked).toEqual([apiVersions.maxVersion, 2]);
  });

  it('goes down to version 0 where the refusal names none', async () => {
    const requester = peer(0, []);
    await negotiateVersions(requester, 1_000);
    expect(requester.asked).toEqual([apiVersions.maxVersion, 0]);
  });

  it('says so when an API is not served in a version that is needed', async () => {
    const versions = await negotiateVersions(peer(apiVersions.maxVersion, []), 1_000);
    expect(() => versions.negotiate(metadata, 0)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_API' }),
    );
  });

  it('refuses an answer that is none', async () => {
    const junk: RawRequester = { address: 'peer:1', requestRaw: async () => Buffer.from('HTTP/1.1 400 Bad') };
    await expect(negotiateVersions(junk, 1_000)).rejects.toMatchObject({ code: 'INVALID_RESPONSE' });
  });
});
