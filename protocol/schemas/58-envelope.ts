/**
 * Envelope v0
 * A client's request that a broker hands on to the controller, with who asked (KIP-590).
 *
 * 0   flexible from the start
 */
import { api, bytes, int16 } from '../src/schema/schema.ts';

export const envelope = api({
  key: 58,
  name: 'Envelope',
  versions: '0',
  flexible: '0+',
  listeners: ['controller'],
  request: { requestData: bytes(), requestPrincipal: bytes({ nullable: '0+' }), clientHostAddress: bytes() },
  response: { responseData: bytes({ nullable: '0+', default: null }), errorCode: int16() },
});
