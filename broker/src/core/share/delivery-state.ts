/** Kafka's numbers for what has become of an offset for a share group. */
export const AVAILABLE = 0;
/** Held by a member. Not stored: after a restart it is available. */
export const ACQUIRED = 1;
/** Accepted by a member: never delivered again. */
export const ACKNOWLEDGED = 2;
/** Rejected, delivered too often, or nothing to deliver. */
export const ARCHIVED = 4;

/** What of it is stored. */
export type StoredState = typeof AVAILABLE | typeof ACKNOWLEDGED | typeof ARCHIVED;
export type DeliveryState = StoredState | typeof ACQUIRED;

/** Whether nothing more can become of it. */
export function isFinal(state: DeliveryState): boolean {
  return state === ACKNOWLEDGED || state === ARCHIVED;
}
