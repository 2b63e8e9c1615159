/**
 * FindCoordinator v0-6
 * Which broker coordinates a group or a transaction.
 *
 * 0   groups only
 * 1   the key's type: 0 group, 1 transaction; error messages
 * 3   flexible
 * 4   several keys in one request (KIP-699)
 * 5   the answer may be TRANSACTION_ABORTABLE (KIP-890)
 * 6   type 2: share group, keyed group:topicId:partition (KIP-932)
 */
import { api, array, int8, int16, int32, string, structure } from '../src/schema/schema.ts';

export const findCoordinator = api({
  key: 10,
  name: 'FindCoordinator',
  versions: '0-6',
  flexible: '3+',
  listeners: ['broker'],
  request: {
    key: string({ versions: '0-3' }),
    keyType: int8({ versions: '1+', default: 0 }),
    coordinatorKeys: array('string', { versions: '4+' }),
  },
  response: {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16({ versions: '0-3' }),
    errorMessage: string({ versions: '1-3', nullable: '1-3', ignorable: true }),
    nodeId: int32({ versions: '0-3' }),
    host: string({ versions: '0-3' }),
    port: int32({ versions: '0-3' }),
    coordinators: array(
      structure('Coordinator', {
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: '4+', ignorable: true }),
      }),
      { versions: '4+' },
    ),
  },
});
