import { type ErrorName, errorCode, Reader } from '@millrace/protocol';
import { defaultPrincipalData } from '@millrace/protocol/internal';
import { envelope as api, type EnvelopeResponseInit } from '@millrace/protocol/messages';
import { CLUSTER, defineApi } from './api.ts';

/**
 * Envelope v0
 *
 * - Carries out the request inside, as the client that it came from, and gives the answer in that request's own version.
 * - NOT_CONTROLLER where another node decides. What is no request for the controller: INVALID_REQUEST.
 *
 * Versions: one.
 *
 * Not implemented: principals other than Kafka's default form (PRINCIPAL_DESERIALIZATION_FAILURE).
 */
export const envelope = defineApi({
  api,
  versions: [0, 0],
  access: [['CLUSTER_ACTION', 'CLUSTER']],
  async handle(context, request): Promise<EnvelopeResponseInit> {
    if (!context.authorize('CLUSTER_ACTION', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    if (!context.services.forwarding.isActiveHere) return failed('NOT_CONTROLLER');
    const principal = principalOf(request.requestPrincipal);
    if (principal === null) return failed('PRINCIPAL_DESERIALIZATION_FAILURE');
    const clientHost = request.clientHostAddress.toString('utf8');
    const parts = await context.carryOut(request.requestData, { principal, clientHost });
    if (parts === null) return failed('INVALID_REQUEST');
    return { responseData: Buffer.concat(parts), errorCode: errorCode('NONE') };
  },
  refuse: (_request, error) => failed(error),
});

/** A version stands before it. */
function principalOf(bytes: Buffer | null) {
  if (bytes === null) return null;
  try {
    const reader = new Reader(bytes);
    const version = reader.int16();
    const { type, name } = defaultPrincipalData.decode(reader, version);
    return { type, name };
  } catch {
    return null;
  }
}

function failed(error: ErrorName): EnvelopeResponseInit {
  return { responseData: null, errorCode: errorCode(error) };
}
