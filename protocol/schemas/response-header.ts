/**
 * ResponseHeader v0-1
 * Stands before every response: version 1 before flexible ones, version 0 before all others and before every answer to
 * ApiVersions.
 */
import { int32, message } from '../src/schema/schema.ts';

export const responseHeader = message({
  name: 'ResponseHeader',
  versions: '0-1',
  flexible: '1+',
  fields: {
    correlationId: int32(),
  },
});
