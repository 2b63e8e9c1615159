import { MillraceError } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';

/** Another node has answered with an error that its caller does not expect. NOT_CONTROLLER keeps its name as its code. */
export function peerRefused(what: string, error: ErrorName): MillraceError {
  return new MillraceError(`Another node refuses a request (${what}): ${error}.`, {
    code: error === 'NOT_CONTROLLER' ? 'NOT_CONTROLLER' : 'PEER_REFUSED',
    class: 'transient',
    hint: 'Its log says why; compare node.id and cluster.id of all nodes.',
    facts: { error },
  });
}
