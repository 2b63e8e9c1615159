import { type ErrorName, errorCode } from '@millrace/protocol';
import { shareAcknowledge as api, type ShareAcknowledgeResponseInit } from '@millrace/protocol/messages';
import { FINAL_EPOCH, INITIAL_EPOCH } from '../core/share/share-session.ts';
import { defineApi, type RequestContext } from './api.ts';
import {
  type AcknowledgeOutcome,
  acknowledgeAll,
  currentLeader,
  leaderEndpoints,
  shareSession,
} from './share-acknowledgements.ts';

/**
 * ShareAcknowledge v1-2
 *
 * - Accepts, releases, rejects and renews records that the member holds; answered once that is stored. Of a partition all is taken in, or
 *   nothing: INVALID_RECORD_STATE where one record is not held. That holds below the start offset too, where
 *   Kafka says nothing, and behind the last record that was given out, where it says INVALID_REQUEST: there it may be a leader that is new.
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
      nodeEndpoints: leaderEndpoints(context, { responses }),
    };
  },
  refuse: (_request, error) => onlyError(error),
});

function byTopic(context: RequestContext, outcomes: readonly AcknowledgeOutcome[]) {
  const ids = [...new Set(outcomes.map(({ topicId }) => topicId))];
  return ids.map((topicId) => ({
    topicId,
    partitions: outcomes
      .filter((outcome) => outcome.topicId === topicId)
      .map(({ partition, error, message }) => ({
        partitionIndex: partition,
        errorCode: errorCode(error ?? 'NONE'),
        errorMessage: message,
        currentLeader: currentLeader(context, topicId, partition),
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
