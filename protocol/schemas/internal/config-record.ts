/**
 * ConfigRecord v0
 * A config of a topic, broker or group has a value; null takes it away.
 */
import { int8, stored, string } from '../../src/schema/schema.ts';

export const configRecord = stored({
  name: 'ConfigRecord',
  family: 'metadata',
  type: 4,
  versions: '0',
  flexible: '0+',
  fields: {
    resourceType: int8(),
    resourceName: string(),
    name: string(),
    value: string({ nullable: '0+' }),
  },
});
