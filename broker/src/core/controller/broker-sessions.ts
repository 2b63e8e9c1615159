/**
 * Which brokers were heard of, and when: kept by the active controller alone, and not in any record. A new controller gives everybody
 * a whole session.
 */
export class BrokerSessions {
  readonly #heardMs = new Map<number, number>();

  /** @param brokerIds of the brokers that are not fenced */
  begin(brokerIds: Iterable<number>, nowMs: number): void {
    this.#heardMs.clear();
    for (const id of brokerIds) this.#heardMs.set(id, nowMs);
  }

  heard(brokerId: number, nowMs: number): void {
    this.#heardMs.set(brokerId, nowMs);
  }

  isHeardSince(brokerId: number, sinceMs: number): boolean {
    return (this.#heardMs.get(brokerId) ?? Number.NEGATIVE_INFINITY) > sinceMs;
  }

  isAlive(brokerId: number, nowMs: number, sessionMs: number): boolean {
    return nowMs - (this.#heardMs.get(brokerId) ?? Number.NEGATIVE_INFINITY) < sessionMs;
  }

  /** Who of them was not heard of for a session; one that is new here has one before it. */
  expired(brokerIds: Iterable<number>, nowMs: number, sessionMs: number): readonly number[] {
    const gone: number[] = [];
    for (const id of brokerIds) {
      if (!this.#heardMs.has(id)) this.#heardMs.set(id, nowMs);
      if (!this.isAlive(id, nowMs, sessionMs)) gone.push(id);
    }
    return gone;
  }

  forget(brokerId: number): void {
    this.#heardMs.delete(brokerId);
  }
}
