/**
 * AlterConfigs v0-2
 * Replaces all configs of a resource; IncrementalAlterConfigs came after it.
 *
 * 1   nothing but its number
 * 2   flexible
 */
import { api, array, bool, int8, int16, int32, string, structure } from '../src/schema/schema.ts';

export const alterConfigs = api({
  key: 33,
  name: 'AlterConfigs',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: {
    resources: array(
      structure('Resource', {
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          structure('Config', {
            name: string(),
            value: string({ nullable: '0+' }),
          }),
        ),
      }),
    ),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32(),
    responses: array(
      structure('Response', {
        errorCode: int16(),
        errorMessage: string({ nullable: '0+' }),
        resourceType: int8(),
        resourceName: string(),
      }),
    ),
  },
});
