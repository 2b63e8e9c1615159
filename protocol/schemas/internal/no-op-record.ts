/**
 * NoOpRecord v0
 * Says nothing: lets the end of the metadata log move on, so that those who lag can be told.
 */
import { stored } from '../../src/schema/schema.ts';

export const noOpRecord = stored({
  name: 'NoOpRecord',
  family: 'metadata',
  type: 20,
  versions: '0',
  flexible: '0+',
  fields: {},
});
