/** What users, clients or addresses may use, as it is set for one of them; names are null for "all others". */
export interface ClientQuotaImage {
  /** By type: `user`, `client-id` or both; or `ip`. */
  readonly entity: QuotaEntity;
  /** By key, such as `producer_byte_rate`. */
  readonly values: ReadonlyMap<string, number>;
}

export type QuotaEntity = ReadonlyMap<string, string | null>;

/** By `quotaEntityKey`. */
export type ClientQuotasImage = ReadonlyMap<string, ClientQuotaImage>;

/** The same for the same entity, in whatever order its parts are named. */
export function quotaEntityKey(entity: QuotaEntity): string {
  return JSON.stringify([...entity].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Who sends requests, as quotas tell them apart. */
export interface QuotaCaller {
  readonly user: string;
  readonly clientId: string;
}

/** A quota that holds for somebody. */
export interface QuotaInForce {
  readonly limit: number;
  /** Those for whom this is the same share it with each other: one user, one client id, or one of both. */
  readonly sharedBy: string;
}

/**
 * The quota that holds for the caller: the closest of those that are set, in Kafka's order. A user's goes before a
 * client's, one for both before either, a name before "all others".
 */
export function quotaFor(image: ClientQuotasImage, key: string, caller: QuotaCaller): QuotaInForce | null {
  const { user, clientId } = caller;
  const both = JSON.stringify([user, clientId]);
  const ofUser = JSON.stringify([user, null]);
  const ofClient = JSON.stringify([null, clientId]);
  const candidates: readonly (readonly [entity: QuotaEntity, sharedBy: string])[] = [
    [entityOf(user, clientId), both],
    [entityOf(user, null), both],
    [entityOf(user), ofUser],
    [entityOf(null, clientId), both],
    [entityOf(null, null), both],
    [entityOf(null), ofUser],
    [entityOf(undefined, clientId), ofClient],
    [entityOf(undefined, null), ofClient],
  ];
  for (const [entity, sharedBy] of candidates) {
    const limit = image.get(quotaEntityKey(entity))?.values.get(key);
    if (limit !== undefined) return { limit, sharedBy };
  }
  return null;
}

/** How many connections a second an address may make; null: as many as it likes. */
export function connectionRateOf(image: ClientQuotasImage, ip: string): number | null {
  for (const name of [ip, null]) {
    const limit = image.get(quotaEntityKey(new Map([['ip', name]])))?.values.get('connection_creation_rate');
    if (limit !== undefined) return limit;
  }
  return null;
}

function entityOf(user?: string | null, clientId?: string | null): QuotaEntity {
  const entity = new Map<string, string | null>();
  if (user !== undefined) entity.set('user', user);
  if (clientId !== undefined) entity.set('client-id', clientId);
  return entity;
}
