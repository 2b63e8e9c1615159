/**
 * ListConfigResources v0-1
 * Names of what has configs (KIP-1142).
 *
 * 0   ListClientMetricsResources: those of client metrics alone; flexible from the start
 * 1   by type
 */
import { api, array, int8, int16, int32, string, structure } from '../src/schema/schema.ts';

export const listConfigResources = api({
  key: 74,
  name: 'ListConfigResources',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  request: {
    resourceTypes: array('int8', { versions: '1+' }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    configResources: array(
      structure('ConfigResource', {
        resourceName: string(),
        resourceType: int8({ versions: '1+', default: 16, ignorable: true }),
      }),
    ),
  },
});
