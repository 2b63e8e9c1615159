import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  writeTxnMarkers as api,
  type WriteTxnMarkersRequestMarker,
  type WriteTxnMarkersResponseInit,
} from '@millrace/protocol/messages';
import type { TransactionEnd } from '../core/coordinator/effects.ts';
import { writeMarker } from '../runtime/marker-writer.ts';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';

/** What a coordinator that is not there or not ready means to the one that sends markers: try again. */
const NOT_READY: ReadonlySet<ErrorName> = new Set([
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR',
]);

/**
 * WriteTxnMarkers v1-2
 *
 * - Ends a producer's transaction in partitions that are led here; answered when the markers are committed. On
 *   `__consumer_offsets` the group coordinator lets the offsets count, or drops them.
 * - A marker of an older coordinator or of an older epoch of the producer is refused. So an operator aborts a hanging
 *   transaction (KIP-664).
 *
 * Versions: v2 the version of transactions that the marker belongs to (KIP-1228).
 *
 * Not implemented: nothing. This broker's own coordinator writes its markers without this API.
 */
export const writeTxnMarkers = defineApi({
  api,
  versions: [1, 2],
  access: [
    ['ALTER', 'CLUSTER'],
    ['CLUSTER_ACTION', 'CLUSTER'],
  ],
  async handle(context, request): Promise<WriteTxnMarkersResponseInit> {
    if (!context.authorize('ALTER', CLUSTER) && !context.authorize('CLUSTER_ACTION', CLUSTER))
      return refused(request.markers, 'CLUSTER_AUTHORIZATION_FAILED');
    return { markers: await Promise.all(request.markers.map((marker) => write(context, marker))) };
  },
  refuse: (request, error) => refused(request.markers, error),
});

async function write(
  context: RequestContext,
  marker: WriteTxnMarkersRequestMarker,
): Promise<WriteTxnMarkersResponseInit['markers'][number]> {
  const { producerId, producerEpoch, coordinatorEpoch, transactionVersion } = marker;
  const isAbort = !marker.transactionResult;
  const end = { producerId, producerEpoch, coordinatorEpoch, transactionVersion, isAbort };
  const topics = marker.topics.map(async ({ name, partitionIndexes }) => ({
    name,
    partitions: await Promise.all(partitionIndexes.map((index) => writeOne(context, name, index, end))),
  }));
  return { producerId, topics: await Promise.all(topics) };
}

async function writeOne(context: RequestContext, topic: string, partitionIndex: number, end: TransactionEnd) {
  const error = await writeMarker(context.services, topic, partitionIndex, end);
  const told = error !== null && NOT_READY.has(error) ? 'NOT_LEADER_OR_FOLLOWER' : error;
  return { partitionIndex, errorCode: errorCode(told ?? 'NONE') };
}

function refused(
  markers: readonly WriteTxnMarkersRequestMarker[],
  error: ErrorName,
): WriteTxnMarkersResponseInit {
  return {
    markers: markers.map(({ producerId, topics }) => ({
      producerId,
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({
          partitionIndex,
          errorCode: errorCode(error),
        })),
      })),
    })),
  };
}
