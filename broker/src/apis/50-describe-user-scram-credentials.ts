import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  describeUserScramCredentials as api,
  type DescribeUserScramCredentialsResponseInit,
} from '@millrace/protocol/messages';
import { repeated } from '../core/controller/repeated.ts';
import { CLUSTER, defineApi } from './api.ts';

/**
 * DescribeUserScramCredentials v0
 *
 * - Nobody has credentials here: all users are an empty list, named ones are RESOURCE_NOT_FOUND, one that is named twice
 *   DUPLICATE_RESOURCE. Kafka's tools ask for them beside the quotas of users.
 *
 * Versions: there is one.
 *
 * Not implemented: SCRAM; AlterUserScramCredentials is not served.
 */
export const describeUserScramCredentials = defineApi({
  api,
  versions: [0, 0],
  access: [['DESCRIBE', 'CLUSTER']],
  handle(context, request): DescribeUserScramCredentialsResponseInit {
    if (!context.authorize('DESCRIBE', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    const names = (request.users ?? []).map(({ name }) => name);
    const twice = repeated(names);
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      errorMessage: '',
      results: [...new Set(names)].map((user) => {
        const isTwice = twice.has(user);
        return {
          user,
          errorCode: errorCode(isTwice ? 'DUPLICATE_RESOURCE' : 'RESOURCE_NOT_FOUND'),
          errorMessage: isTwice ? 'The request names this user more than once.' : 'There are no credentials.',
          credentialInfos: [],
        };
      }),
    };
  },
  refuse: (_request, error) => failed(error),
});

function failed(error: ErrorName): DescribeUserScramCredentialsResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage: null, results: [] };
}
