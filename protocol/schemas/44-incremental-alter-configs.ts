/**
 * IncrementalAlterConfigs v0-1
 * Sets, deletes, appends to and subtracts from single configs (KIP-339).
 *
 * 1   flexible
 */
import { api, array, bool, int8, int16, int32, string, structure } from '../src/schema/schema.ts';

export const incrementalAlterConfigs = api({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: '0-1',
  flexible: '1+',
  listeners: ['broker', 'controller'],
  request: {
    resources: array(
      structure('Resource', {
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          structure('Config', {
            name: string(),
            configOperation: int8(),
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
      structure('Resource', {
        errorCode: int16(),
        errorMessage: string({ nullable: '0+' }),
        resourceType: int8(),
        resourceName: string(),
      }),
    ),
  },
});
