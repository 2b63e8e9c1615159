import { beforeEach, describe, expect, it } from 'vitest';
import { emptyImage } from '../core/metadata/replay.ts';
import { type ClientQuotaImage, quotaEntityKey } from '../core/quota/client-quotas.ts';
import { RequestQuotas } from './request-quotas.ts';

const ann = { user: 'ann', clientId: 'app' };
let nowMs: number;
let values: Map<string, number>;
let quotas: RequestQuotas;

beforeEach(() => {
  nowMs = 0;
  values = new Map();
  const entity = new Map([['user', 'ann']]);
  const clientQuotas = () =>
    new Map<string, ClientQuotaImage>([[quotaEntityKey(entity), { entity, values }]]);
  quotas = new RequestQuotas({
    metadata: { image: () => ({ ...emptyImage, clientQuotas: clientQuotas() }) },
    clock: { now: () => ({ wallMs: 0, monoMs: nowMs }) },
  });
});

describe('RequestQuotas', () => {
  it('lets those alone who have no quota', () => {
    values.set('producer_byte_rate', 1);
    const bob = { user: 'bob', clientId: 'app' };
    expect(quotas.charge(bob, { busyMs: 1e6, produced: 1e9 })).toBe(0);
    expect(quotas.fetchMaxBytes(bob)).toBe(Number.POSITIVE_INFINITY);
  });

  it('counts what is produced by its bytes', () => {
    values.set('producer_byte_rate', 100);
    expect(quotas.charge(ann, { busyMs: 0, produced: 1000 })).toBe(0);
    expect(quotas.charge(ann, { busyMs: 0, produced: 1000 })).toBe(10_000);
    expect(quotas.charge(ann, { busyMs: 0, fetched: 5000 })).toBe(0);
  });

  it('does not count what a client did not get because it has to wait', () => {
    values.set('consumer_byte_rate', 100);
    expect(quotas.fetchMaxBytes(ann)).toBe(1000);
    expect(quotas.charge(ann, { busyMs: 0, offered: 1000 })).toBe(0);
    expect(quotas.charge(ann, { busyMs: 0, offered: 1000 })).toBe(10_000);
    expect(quotas.charge(ann, { busyMs: 0, offered: 0 })).toBe(0);
  });

  it('counts what a client was given although it has to wait', () => {
    values.set('consumer_byte_rate', 100);
    expect(quotas.charge(ann, { busyMs: 0, fetched: 1000 })).toBe(0);
    expect(quotas.charge(ann, { busyMs: 0, fetched: 1000 })).toBe(10_000);
    expect(quotas.charge(ann, { busyMs: 0, fetched: 0 })).toBe(10_000);
  });

  it('counts the time of the loop in percent, and asks for no more than a second', () => {
    values.set('request_percentage', 1);
    expect(quotas.charge(ann, { busyMs: 100 })).toBe(0);
    expect(quotas.charge(ann, { busyMs: 5 })).toBe(500);
    expect(quotas.charge(ann, { busyMs: 5000 })).toBe(1000);
  });

  it('refuses strict clients whose changes are used up, and has others wait', () => {
    values.set('controller_mutation_rate', 2);
    expect(quotas.mutate(ann, 25, true)).toEqual({ isAdmitted: true, delayMs: 0 });
    expect(quotas.mutate(ann, 1, true)).toEqual({ isAdmitted: false, delayMs: 1500 });
    expect(quotas.mutate(ann, 1, false)).toEqual({ isAdmitted: true, delayMs: 2000 });
    nowMs = 2000;
    expect(quotas.mutate(ann, 1, true)).toEqual({ isAdmitted: true, delayMs: 0 });
  });

  it('takes a new quota at once', () => {
    values.set('producer_byte_rate', 100);
    expect(quotas.charge(ann, { busyMs: 0, produced: 5000 })).toBeGreaterThan(0);
    values.set('producer_byte_rate', 1_000_000);
    expect(quotas.charge(ann, { busyMs: 0, produced: 1 })).toBe(0);
  });
});
