import { silentLogger, systemClock } from '@millrace/foundation';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ClusterConfig, configRecord } from '../core/config/cluster-config.ts';
import type { SessionKey } from '../core/herder/session-key.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import { SessionKeys } from './session-keys.ts';

/** A worker of a group whose config topic holds this key. */
function keys(key: SessionKey | null, isLeader = false) {
  const config = new ClusterConfig();
  const put = (written: SessionKey) => {
    const record = configRecord.sessionKey(written);
    config.replay(config.offset + 1, record.key, record.value);
  };
  if (key) put(key);
  const written: SessionKey[] = [];
  const configs = {
    config,
    putSessionKey: async (made: SessionKey) => {
      written.push(made);
      put(made);
    },
  } as unknown as ConfigStore;
  const sessionKeys = new SessionKeys({
    ...{ configs, keyAlgorithm: 'HmacSHA256', keySizeBytes: null, ttlMs: 3_600_000 },
    ...{ signatureAlgorithm: 'HmacSHA256', verificationAlgorithms: ['HmacSHA256'] },
    ...{ isLeader: () => isLeader, clock: systemClock, logger: silentLogger },
  });
  return { sessionKeys, written };
}

const key = (byte: number): SessionKey => ({
  key: Buffer.alloc(32, byte).toString('base64'),
  algorithm: 'HmacSHA256',
  createdAtMs: Date.now(),
});

test('what one worker signs, another of the group takes', () => {
  const { sessionKeys: one } = keys(key(1));
  const { sessionKeys: other } = keys(key(1));
  expect(() => other.verify(one.sign('[]'), '[]')).not.toThrow();
});

test('refuses what is unsigned, signed by a stranger, changed on its way, or signed in another way', () => {
  const { sessionKeys: own } = keys(key(1));
  const { sessionKeys: stranger } = keys(key(2));
  expect(() => own.verify({}, '[]')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  expect(() => own.verify(stranger.sign('[]'), '[]')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  expect(() => own.verify(own.sign('[]'), '[{}]')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  const header = 'x-connect-request-signature-algorithm';
  const md5 = { ...own.sign('[]'), [header]: 'HmacMD5' };
  expect(() => own.verify(md5, '[]')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
});

test('a worker that has read no key yet asks to be asked again', () => {
  const { sessionKeys } = keys(null);
  const signed = keys(key(1)).sessionKeys.sign('[]');
  expect(() => sessionKeys.verify(signed, '[]')).toThrow(
    expect.objectContaining({ code: 'NO_SESSION_KEY', class: 'transient' }),
  );
});

test('the leader writes a key where there is none, and one that is over anew; others write none', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const follower = keys(null);
  const leader = keys(null, true);
  for (const { sessionKeys } of [follower, leader]) {
    sessionKeys.start();
    onTestFinished(() => sessionKeys.close());
  }
  await vi.advanceTimersByTimeAsync(10_000);
  expect([follower.written.length, leader.written.length]).toEqual([0, 1]);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(leader.written).toHaveLength(2);
  expect(leader.written[0]?.key).not.toBe(leader.written[1]?.key);
});
