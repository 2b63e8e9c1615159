import { expect, test } from 'vitest';
import { Reader } from './codec/reader.ts';
import {
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  FRAME_SIZE_BYTES,
  peekCorrelationId,
  requestHeaderVersion,
  responseHeaderVersion,
} from './frame.ts';
import { apis, apiVersions, heartbeat, produce } from './generated/index.ts';

const join = (parts: Buffer[]) => Buffer.concat(parts);

test('a request: size, header of the version, body', () => {
  const body = { groupId: 'g', generationId: 1, memberId: 'm' };
  const old = join(encodeRequest({ api: heartbeat, version: 3, correlationId: 7, clientId: null, body }));
  expect(old.toString('hex')).toBe('00000016000c000300000007ffff000167000000010001' + '6dffff');
  const flexible = join(encodeRequest({ api: heartbeat, version: 4, correlationId: 7, clientId: 'c', body }));
  expect(flexible.toString('hex')).toBe('00000016000c0004000000070001' + '630002670000000102' + '6d0000');
  const reader = new Reader(flexible, FRAME_SIZE_BYTES);
  expect(decodeRequestHeader(reader)).toEqual({
    apiKey: 12,
    version: 4,
    correlationId: 7,
    clientId: 'c',
    api: heartbeat,
  });
  expect(heartbeat.request.decode(reader, 4)).toEqual({ ...body, groupInstanceId: null });
  reader.expectEnd();
});

test('a request of a key that is not known still has a header', () => {
  const frame = Buffer.from('7fff0001000000090002' + '6d65', 'hex');
  expect(decodeRequestHeader(new Reader(frame))).toEqual({
    apiKey: 0x7fff,
    version: 1,
    correlationId: 9,
    clientId: 'me',
    api: undefined,
  });
});

test('a request of a version that is not served still has a header', () => {
  const frame = Buffer.from('001200630000000900026d6500', 'hex');
  expect(decodeRequestHeader(new Reader(frame))).toMatchObject({ apiKey: 18, version: 99, clientId: 'me' });
});

test('the header of an ApiVersions response is never flexible', () => {
  const body = { errorCode: 0, apiKeys: [] };
  for (const version of [0, 1, 2, 3, 4]) expect(responseHeaderVersion(apiVersions, version)).toBe(0);
  const frame = join(encodeResponse({ api: apiVersions, version: 3, correlationId: 258, body }));
  expect(frame.toString('hex')).toBe('0000000c00000102' + '00000100000000' + '00');
});

test('header versions follow the flexibility of each API', () => {
  for (const api of apis.values()) {
    const { flexibleFrom } = api.request;
    // OffsetDelete has no flexible version.
    expect(requestHeaderVersion(api, flexibleFrom)).toBe(2);
    const plain = Number.isFinite(flexibleFrom) ? flexibleFrom - 1 : api.maxVersion;
    expect(requestHeaderVersion(api, plain)).toBe(1);
    expect(responseHeaderVersion(api, plain)).toBe(0);
  }
  expect(responseHeaderVersion(heartbeat, 4)).toBe(1);
});

test('a response comes back', () => {
  const frame = join(
    encodeResponse({
      api: heartbeat,
      version: 4,
      correlationId: 5,
      body: { throttleTimeMs: 2, errorCode: 27 },
    }),
  );
  expect(frame.readInt32BE(0)).toBe(frame.length - FRAME_SIZE_BYTES);
  expect(peekCorrelationId(frame.subarray(FRAME_SIZE_BYTES))).toBe(5);
  expect(decodeResponse(heartbeat, 4, new Reader(frame, FRAME_SIZE_BYTES))).toEqual({
    correlationId: 5,
    body: { throttleTimeMs: 2, errorCode: 27 },
  });
});

test('large records travel as they are, and count in the size', () => {
  const records = Buffer.alloc(100_000, 3);
  const body = { acks: 1, timeoutMs: 1, topicData: [{ name: 't', partitionData: [{ index: 0, records }] }] };
  const parts = encodeRequest({ api: produce, version: 9, correlationId: 1, clientId: null, body });
  expect(parts).toContain(records);
  expect(parts[0]?.readInt32BE(0)).toBe(join(parts).length - FRAME_SIZE_BYTES);
});
