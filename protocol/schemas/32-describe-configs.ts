/**
 * DescribeConfigs v1-4
 * Configs of topics, brokers and groups, with where each value comes from.
 *
 * 1   the lowest version left; source and synonyms of a value
 * 3   type and documentation of a config (KIP-569)
 * 4   flexible
 */
import { api, array, bool, int8, int16, int32, string, structure } from '../src/schema/schema.ts';

export const describeConfigs = api({
  key: 32,
  name: 'DescribeConfigs',
  versions: '1-4',
  flexible: '4+',
  listeners: ['broker', 'controller'],
  request: {
    resources: array(
      structure('Resource', {
        resourceType: int8(),
        resourceName: string(),
        configurationKeys: array('string', { nullable: '1+' }),
      }),
    ),
    includeSynonyms: bool({ default: false }),
    includeDocumentation: bool({ versions: '3+', default: false }),
  },
  response: {
    throttleTimeMs: int32(),
    results: array(
      structure('Result', {
        errorCode: int16(),
        errorMessage: string({ nullable: '1+' }),
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          structure('Config', {
            name: string(),
            value: string({ nullable: '1+' }),
            readOnly: bool(),
            configSource: int8({ default: -1, ignorable: true }),
            isSensitive: bool(),
            synonyms: array(
              structure('Synonym', {
                name: string(),
                value: string({ nullable: '1+' }),
                source: int8(),
              }),
              { ignorable: true },
            ),
            configType: int8({ versions: '3+', default: 0, ignorable: true }),
            documentation: string({ versions: '3+', nullable: '3+', ignorable: true }),
          }),
        ),
      }),
    ),
  },
});
