/**
 * DescribeUserScramCredentials v0
 * Which users have a password for SCRAM, and with how many iterations (KIP-554); flexible from the start.
 */
import { api, array, int8, int16, int32, string, structure } from '../src/schema/schema.ts';

export const describeUserScramCredentials = api({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: {
    users: array(
      structure('User', {
        name: string(),
      }),
      { nullable: '0+' },
    ),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    results: array(
      structure('Result', {
        user: string(),
        errorCode: int16(),
        errorMessage: string({ nullable: '0+' }),
        credentialInfos: array(
          structure('CredentialInfo', {
            mechanism: int8(),
            iterations: int32(),
          }),
        ),
      }),
    ),
  },
});
