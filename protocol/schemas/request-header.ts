/**
 * RequestHeader v1-2
 * Stands before every request. Version 2 goes with flexible requests, version 1 with all others; the client id keeps
 * its old form in both, so that a broker can read it before it knows the version.
 */
import { int16, int32, message, string } from '../src/schema/schema.ts';

export const requestHeader = message({
  name: 'RequestHeader',
  versions: '1-2',
  flexible: '2+',
  fields: {
    requestApiKey: int16(),
    requestApiVersion: int16(),
    correlationId: int32(),
    clientId: string({ nullable: '1+', flexible: 'none' }),
  },
});
