import { expect, it } from 'vitest';
import { ConfigResourcesDraft } from '../core/metadata/config-resources.ts';
import { emptyImage } from '../core/metadata/replay.ts';
import { parseBrokerConfig } from './broker-config.ts';
import { ReplicationQuota } from './replication-quota.ts';

function quota(replicas: string, rate: string) {
  const draft = new ConfigResourcesDraft(emptyImage.configs);
  draft.set('topic', 'orders', 'leader.replication.throttled.replicas', replicas);
  const image = { ...emptyImage, configs: draft.finish(emptyImage.configs) };
  const raw = { 'log.dirs': '/nowhere', 'node.id': '1', 'leader.replication.throttled.rate': rate };
  const config = parseBrokerConfig(raw);
  const now = { wallMs: 0, monoMs: 0 };
  const clock = { now: () => now };
  const it = new ReplicationQuota({ of: 'leader', metadata: { image: () => image }, config, clock });
  return { it, now };
}

it('holds up what is named for this broker until the rate is kept', () => {
  const { it: leader, now } = quota('0:1,1:2', '1000');
  leader.used('orders', 0, 5_000);
  expect(leader.holdsUp('orders', 0)).toBe(true);
  now.monoMs = 4_900;
  expect(leader.holdsUp('orders', 0)).toBe(true);
  now.monoMs = 5_100;
  expect(leader.holdsUp('orders', 0)).toBe(false);
});

it('leaves alone what is named for others, or not at all, or without a rate', () => {
  const { it: leader } = quota('0:1,1:2', '1000');
  leader.used('orders', 1, 50_000);
  leader.used('other', 0, 50_000);
  expect(leader.holdsUp('orders', 0)).toBe(false);
  leader.used('orders', 0, 50_000);
  expect([leader.holdsUp('orders', 1), leader.holdsUp('other', 0)]).toEqual([false, false]);
  const { it: unlimited } = quota('*', '9223372036854775807');
  unlimited.used('orders', 0, 50_000_000);
  expect(unlimited.holdsUp('orders', 0)).toBe(false);
});

it('takes a star for every partition', () => {
  const { it: leader } = quota('*', '1000');
  leader.used('orders', 7, 5_000);
  expect(leader.holdsUp('orders', 3)).toBe(true);
});
