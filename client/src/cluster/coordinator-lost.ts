const codes = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'CONNECTION_LOST',
  'CONNECTION_REFUSED',
  'CONNECTION_CLOSED',
  // A broker that is frozen says nothing of having lost the group: Kafka's clients take silence for a disconnect, too.
  'REQUEST_TIMED_OUT_LOCALLY',
]);

/** Whether after this error the coordinator has to be looked up anew. */
export function isCoordinatorLost(code: string): boolean {
  return codes.has(code);
}
