import type { SimulatedClient } from './simulated-client.ts';

const FREEZE_RATE = 0.4;

/** Freezes one of the members for a while, or has it crash, and somebody new come in its place. */
export function strikeOne<M extends { readonly client: SimulatedClient }>(
  members: M[],
  newMember: () => M,
): void {
  const client = members[0]?.client;
  if (client === undefined) return;
  const index = client.random.between(0, members.length);
  const victim = members[index];
  if (victim === undefined) return;
  const { life, time, random } = victim.client;
  if (random.float() < FREEZE_RATE) life.pausedUntilMs = time.nowMs + random.between(500, 9_000);
  else {
    victim.client.crash();
    members[index] = newMember();
  }
}
