/**
 * AlterClientQuotas v0-1
 * Sets and removes quotas of users, clients and addresses (KIP-546).
 *
 * 1   flexible
 */
import { api, array, bool, float64, int16, int32, string, structure } from '../src/schema/schema.ts';

export const alterClientQuotas = api({
  key: 49,
  name: 'AlterClientQuotas',
  versions: '0-1',
  flexible: '1+',
  listeners: ['broker', 'controller'],
  request: {
    entries: array(
      structure('Entry', {
        entity: array(
          structure('Entity', {
            entityType: string(),
            entityName: string({ nullable: '0+' }),
          }),
        ),
        ops: array(
          structure('Op', {
            key: string(),
            value: float64(),
            remove: bool(),
          }),
        ),
      }),
    ),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    entries: array(
      structure('Entry', {
        errorCode: int16(),
        errorMessage: string({ nullable: '0+' }),
        entity: array(
          structure('Entity', {
            entityType: string(),
            entityName: string({ nullable: '0+' }),
          }),
        ),
      }),
    ),
  },
});
