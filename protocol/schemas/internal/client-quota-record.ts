/**
 * ClientQuotaRecord v0
 * A quota of users, clients or addresses has a value, or none any more.
 */
import { array, bool, float64, stored, string, structure } from '../../src/schema/schema.ts';

export const clientQuotaRecord = stored({
  name: 'ClientQuotaRecord',
  family: 'metadata',
  type: 14,
  versions: '0',
  flexible: '0+',
  fields: {
    entity: array(
      structure('Entity', {
        entityType: string(),
        entityName: string({ nullable: '0+' }),
      }),
    ),
    key: string(),
    value: float64(),
    remove: bool(),
  },
});
