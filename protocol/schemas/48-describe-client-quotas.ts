/**
 * DescribeClientQuotas v0-1
 * What users, clients and addresses may use (KIP-546).
 *
 * 1   flexible
 */
import { api, array, bool, float64, int8, int16, int32, string, structure } from '../src/schema/schema.ts';

export const describeClientQuotas = api({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: '0-1',
  flexible: '1+',
  listeners: ['broker'],
  request: {
    components: array(
      structure('Component', {
        entityType: string(),
        matchType: int8(),
        match: string({ nullable: '0+' }),
      }),
    ),
    strict: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    entries: array(
      structure('Entry', {
        entity: array(
          structure('Entity', {
            entityType: string(),
            entityName: string({ nullable: '0+' }),
          }),
        ),
        values: array(
          structure('Value', {
            key: string(),
            value: float64(),
          }),
        ),
      }),
      { nullable: '0+' },
    ),
  },
});
