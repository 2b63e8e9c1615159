/**
 * DefaultPrincipalData v0
 * Who sent a request that a broker hands on to the controller, inside of Envelope (KIP-590).
 *
 * 0   flexible from the start
 */
import { bool, message, string } from '../../src/schema/schema.ts';

export const defaultPrincipalData = message({
  name: 'DefaultPrincipalData',
  versions: '0',
  flexible: '0+',
  fields: { type: string(), name: string(), tokenAuthenticated: bool() },
});
