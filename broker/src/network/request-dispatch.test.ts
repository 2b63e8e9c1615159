import { MillraceError, silentLogger, systemClock } from '@millrace/foundation';
import {
  decodeResponse,
  type ErrorName,
  encodeRequest,
  errorByCode,
  FRAME_SIZE_BYTES,
  Reader,
} from '@millrace/protocol';
import { expect, it } from 'vitest';
import { initProducerId } from '../apis/22-init-producer-id.ts';
import { type AnyApiHandler, CLOSE_CONNECTION, type RequestContext } from '../apis/api.ts';
import { RequestMeter } from '../runtime/request-meter.ts';
import { dispatch } from './request-dispatch.ts';

const VERSION = 4;

/** What a client is told where its request for a producer id ends like that. */
async function toldAfter(error: Error): Promise<ErrorName> {
  const handler: AnyApiHandler = { ...initProducerId, handle: () => Promise.reject(error) };
  const { api } = initProducerId;
  const body = { transactionalId: null, transactionTimeoutMs: 0 };
  const frame = Buffer.concat(
    encodeRequest({ api, version: VERSION, correlationId: 3, clientId: 'c', body }),
  ).subarray(FRAME_SIZE_BYTES);
  const dispatched = dispatch(frame, new Map([[api.key, handler]]), silentLogger);
  if (dispatched.kind === 'close') throw new Error(dispatched.reason);
  const services = { clock: systemClock, meter: new RequestMeter(), quotas: { areSet: false } };
  const context = { version: VERSION, correlationId: 3, services } as unknown as RequestContext;
  const parts = await dispatched.run(context);
  if (parts === null || parts === CLOSE_CONNECTION) throw new Error('it is not answered');
  const answer = Buffer.concat(parts).subarray(FRAME_SIZE_BYTES);
  return errorByCode(decodeResponse(api, VERSION, new Reader(answer)).body.errorCode).name;
}

it.each<[string, ErrorName]>([
  ['NOT_CONTROLLER', 'NOT_CONTROLLER'],
  ['PRODUCER_IDS_NOT_HERE', 'COORDINATOR_LOAD_IN_PROGRESS'],
  ['METADATA_LOG_FAILED', 'KAFKA_STORAGE_ERROR'],
  ['ODD', 'UNKNOWN_SERVER_ERROR'],
])('a request that ends in %s is answered with %s', async (code, told) => {
  expect(await toldAfter(new MillraceError('It fails.', { code, class: 'transient' }))).toBe(told);
});
