import { type ErrorName, errorCode } from '@millrace/protocol';
import { shareAcknowledge as api, type ShareAcknowledgeResponseInit } from '@millrace/protocol/messages';
import { FINAL_EPOCH, INITIAL_EPOCH } from '../core/share/share-session.ts';
import { defineApi, type RequestContext } from './api.ts';
import { currentLeader, leaderEndpoints } from './leader-hints.ts';
import { type AcknowledgeOutcome, acknowledgeAll, shareSession } from './share-acknowledgements.ts';

/**
 * ShareAcknowledge v1-2
 *
 * - Accepts, releases, rejects and renews records that the member holds; answered once that is stored. Of a partition all is taken in, or
 *   nothing: INVALID_RECORD_STATE where one record is not held. That holds below the start offset too, where
 *   Kafka says nothing, and behind the last record that was given out, where it says INVALID_REQUEST: there it may be a leader that is new.
 * - Where no share coordinator takes it in for twelve seconds the answer is COORDINATOR_NOT_AVAILABLE: then nobody knows. It stands here, is stored
 *   when there is one, and nothing more is given out of the partition until then. Kafka gives the records back to the member's lock.
 * - Locks are renewed by requests that say so (`is_renew_ack`).
 * - Epoch -1 ends the session: what the member still holds goes to others.
 *
 * Versions: v2 renewal of locks (KIP-1222).
 *
 * Not implemented: nothing.
 */
export const shareAcknowledge = defineApi({
  api,
  versions: [1, 2],
  access: [
    ['READ', 'GROUP'],
    ['READ', 'TOPIC'],
  ],
  async handle(context, request): Promise<ShareAcknowledgeResponseInit> {
    const { services } = context;
    if (request.shareSessionEpoch === INITIAL_EPOCH) return onlyError('INVALID_SHARE_SESSION_EPOCH');
    const session = shareSession(context, request);
    if (typeof session === 'string') return onlyError(session);
    const acknowledged = acknowledgeAll(context, session, request);
    if (request.shareSessionEpoch === FINAL_EPOCH) {
      await Promise.all(acknowledged);
      services.shareSessions.end(session);
    }
    const responses = byTopic(context, await Promise.all(acknowledged));
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      acquisitionLockTimeoutMs: services.sharePartitions.settings(session.group).lockMs,
      responses,
      nodeEndpoints: leaderEndpoints(
        context,
        responses.map(({ partitions }) => partitions),
      ),
    };
  },
  refuse: (_request, error) => onlyError(error),
});

function byTopic({ services }: RequestContext, outcomes: readonly AcknowledgeOutcome[]) {
  const { topicsById } = services.metadata.image();
  return [...Map.groupBy(outcomes, ({ topicId }) => topicId)].map(([topicId, ofTopic]) => ({
    topicId,
    partitions: ofTopic.map(({ partition, error, message }) => ({
      partitionIndex: partition,
      errorCode: errorCode(error ?? 'NONE'),
      errorMessage: message,
      currentLeader: currentLeader(topicsById.get(topicId), partition),
    })),
  }));
}

function onlyError(error: ErrorName): ShareAcknowledgeResponseInit {
  return {
    throttleTimeMs: 0,
    errorCode: errorCode(error),
    acquisitionLockTimeoutMs: 0,
    responses: [],
    nodeEndpoints: [],
  };
}
