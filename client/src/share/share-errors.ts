import { isMillraceError, MillraceError } from '@millrace/foundation';
import { withGroupHint } from '../group/group-kind.ts';

/** `error`, or what it means where the cluster does not know the requests of share groups. */
export function shareFailure(error: unknown): unknown {
  if (!isMillraceError(error)) return error;
  const isUnknown = error.code === 'UNSUPPORTED_VERSION' || error.code === 'UNSUPPORTED_API';
  return isUnknown ? shareGroupsUnsupported(error) : withGroupHint(error);
}

function shareGroupsUnsupported(cause: MillraceError): MillraceError {
  return new MillraceError('the cluster does not have share groups', {
    code: 'SHARE_GROUPS_UNSUPPORTED',
    class: 'config',
    hint: 'Read with a consumer group, or use a Kafka cluster with share groups (Apache Kafka 4.2 or newer).',
    facts: { retriable: false },
    cause,
  });
}
