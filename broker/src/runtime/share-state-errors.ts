import type { ErrorName } from '@millrace/protocol';

const NOT_STORED: ReadonlySet<ErrorName> = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
]);

/** Whether no share coordinator took it in: one that does later may. */
export function isNotStored(error: ErrorName): boolean {
  return NOT_STORED.has(error);
}

/**
 * What a refusal of the share coordinator is to a consumer that acknowledges, as Kafka's brokers tell it: of others consumers know
 * nothing.
 */
export function acknowledgeError(error: ErrorName): ErrorName {
  if (isNotStored(error)) return 'COORDINATOR_NOT_AVAILABLE';
  switch (error) {
    case 'FENCED_LEADER_EPOCH':
    case 'FENCED_STATE_EPOCH':
      return 'NOT_LEADER_OR_FOLLOWER';
    case 'GROUP_ID_NOT_FOUND':
    case 'NOT_LEADER_OR_FOLLOWER':
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return error;
    // The group has not begun in the partition, or not any more: it is none of the group's.
    case 'INVALID_REQUEST':
      return 'UNKNOWN_TOPIC_OR_PARTITION';
    default:
      return 'UNKNOWN_SERVER_ERROR';
  }
}

/** The same to a consumer that fetches: it does not expect to hear of coordinators. */
export function fetchError(error: ErrorName): ErrorName {
  const told = acknowledgeError(error);
  return told === 'COORDINATOR_NOT_AVAILABLE' || told === 'GROUP_ID_NOT_FOUND' ? 'KAFKA_STORAGE_ERROR' : told;
}
