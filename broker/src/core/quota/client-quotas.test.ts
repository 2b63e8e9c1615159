import { describe, expect, it } from 'vitest';
import { type ClientQuotaImage, connectionRateOf, quotaEntityKey, quotaFor } from './client-quotas.ts';

type Entity = Readonly<Record<string, string | null>>;

function image(...quotas: readonly (readonly [Entity, number])[]) {
  return new Map<string, ClientQuotaImage>(
    quotas.map(([entity, limit]) => {
      const named = new Map(Object.entries(entity));
      return [quotaEntityKey(named), { entity: named, values: new Map([['rate', limit]]) }];
    }),
  );
}

const ann = { user: 'ann', clientId: 'app' };

describe('the quota that holds', () => {
  /** In the order in which they go before each other. */
  const ranks: readonly (readonly [Entity, number])[] = [
    [{ user: 'ann', 'client-id': 'app' }, 1],
    [{ user: 'ann', 'client-id': null }, 2],
    [{ user: 'ann' }, 3],
    [{ user: null, 'client-id': 'app' }, 4],
    [{ user: null, 'client-id': null }, 5],
    [{ user: null }, 6],
    [{ 'client-id': 'app' }, 7],
    [{ 'client-id': null }, 8],
  ];

  it.each(ranks.map(([, limit], index) => [limit, index] as const))(
    'is number %i where all before it are not set',
    (limit, index) => {
      expect(quotaFor(image(...ranks.slice(index)), 'rate', ann)?.limit).toBe(limit);
    },
  );

  it('is none where nothing is set for the caller, or another key', () => {
    expect(quotaFor(image([{ user: 'bob' }, 1]), 'rate', ann)).toBeNull();
    expect(quotaFor(image([{ user: 'ann' }, 1]), 'other', ann)).toBeNull();
  });

  it('is shared by the clients of a user, and by the users of a client id, and else by nobody', () => {
    const shared = (entity: Entity, other: { user: string; clientId: string }) => {
      const quotas = image([entity, 1]);
      return quotaFor(quotas, 'rate', ann)?.sharedBy === quotaFor(quotas, 'rate', other)?.sharedBy;
    };
    expect(shared({ user: null }, { user: 'ann', clientId: 'other' })).toBe(true);
    expect(shared({ user: null }, { user: 'bob', clientId: 'app' })).toBe(false);
    expect(shared({ 'client-id': null }, { user: 'bob', clientId: 'app' })).toBe(true);
    expect(shared({ user: null, 'client-id': null }, { user: 'ann', clientId: 'other' })).toBe(false);
  });
});

describe('the connections of an address', () => {
  it('go by its own rate, else by that of all', () => {
    const rate = (ip: string | null, limit: number): readonly [string, ClientQuotaImage] => {
      const entity = new Map([['ip', ip]]);
      return [quotaEntityKey(entity), { entity, values: new Map([['connection_creation_rate', limit]]) }];
    };
    const quotas = new Map([rate('10.0.0.1', 5), rate(null, 9)]);
    expect(connectionRateOf(quotas, '10.0.0.1')).toBe(5);
    expect(connectionRateOf(quotas, '10.0.0.2')).toBe(9);
    expect(connectionRateOf(new Map(), '10.0.0.2')).toBeNull();
  });
});
