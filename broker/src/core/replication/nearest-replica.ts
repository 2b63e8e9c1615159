/** A follower that a consumer may read from: in sync, with all before the offset that is asked for. */
export interface ReadableFollower {
  readonly id: number;
  readonly endOffset: number;
  /** When it last had everything, monotonic ms. */
  readonly caughtUpMs: number;
}

/**
 * The replica that a consumer of that rack is sent to (KIP-392): of the followers in its rack the one that is furthest; null where the
 * leader is in its rack too, or nobody is.
 */
export function nearestReplica(question: {
  readonly clientRack: string;
  readonly leaderId: number;
  readonly followers: readonly ReadableFollower[];
  readonly rackOf: (brokerId: number) => string | null;
}): number | null {
  const { clientRack, leaderId, followers, rackOf } = question;
  if (clientRack === '' || rackOf(leaderId) === clientRack) return null;
  const near = followers.filter(({ id }) => rackOf(id) === clientRack);
  const [best] = near.toSorted(
    (left, right) =>
      right.endOffset - left.endOffset || right.caughtUpMs - left.caughtUpMs || left.id - right.id,
  );
  return best?.id ?? null;
}
