import { MillraceError, silentLogger } from '@millrace/foundation';
import { expect, onTestFinished, test } from 'vitest';
import type { OffsetAndMetadata } from '../types.ts';
import { AutoCommit } from './auto-commit.ts';

const at = (offset: number, partition = 0): OffsetAndMetadata => ({ topic: 't', partition, offset });

function committing(intervalMs: number, commit: (offsets: readonly OffsetAndMetadata[]) => Promise<void>) {
  const failures: string[] = [];
  const auto = new AutoCommit({
    intervalMs,
    logger: silentLogger,
    commit,
    failed: ({ code }) => failures.push(code),
  });
  onTestFinished(() => auto.stop());
  return { auto, failures };
}

const refusal = (code: string, kind: 'transient' | 'auth') => new MillraceError('no', { code, class: kind });

test('commits what is done with after the interval, and nothing where nothing has moved', async () => {
  const said = Promise.withResolvers<readonly OffsetAndMetadata[]>();
  const all: (readonly OffsetAndMetadata[])[] = [];
  const { auto } = committing(20, async (offsets) => {
    all.push(offsets);
    said.resolve(offsets);
  });
  auto.done([at(5), at(7, 1)]);
  auto.done([at(6), at(7, 1)]);
  expect(await said.promise).toEqual([at(6), at(7, 1)]);
  await auto.revoked([at(0), at(0, 1)]);
  expect(all).toHaveLength(1);
});

test('commits at once what goes, and that alone', async () => {
  const all: (readonly OffsetAndMetadata[])[] = [];
  const { auto } = committing(60_000, async (offsets) => void all.push(offsets));
  auto.done([at(5), at(7, 1)]);
  await auto.revoked([at(0)]);
  await auto.revoked([at(0)]);
  expect(all).toEqual([[at(5)]]);
});

test('says nothing of what is lost', async () => {
  const all: (readonly OffsetAndMetadata[])[] = [];
  const { auto } = committing(60_000, async (offsets) => void all.push(offsets));
  auto.done([at(5)]);
  auto.lost([at(0)]);
  await auto.revoked([at(0)]);
  expect(all).toEqual([]);
});

test('says again what was not committed, one commit after the other', async () => {
  const all: number[] = [];
  const failed = Promise.withResolvers<void>();
  let underWay = 0;
  const { auto, failures } = committing(5, async ([one]) => {
    expect(++underWay).toBe(1);
    await Promise.resolve();
    underWay -= 1;
    all.push(one?.offset ?? -1);
    if (all.length > 1) return;
    failed.resolve();
    throw refusal('NOT_COORDINATOR', 'transient');
  });
  auto.done([at(5)]);
  await failed.promise;
  auto.done([at(5), at(9, 1)]);
  await Promise.all([auto.revoked([at(0)]), auto.revoked([at(0, 1)])]);
  expect(all).toEqual([5, 5, 9]);
  expect(failures).toEqual([]);
});

test('tells of what somebody has to change', async () => {
  const { auto, failures } = committing(60_000, () =>
    Promise.reject(refusal('GROUP_AUTHORIZATION_FAILED', 'auth')),
  );
  auto.done([at(5)]);
  await auto.revoked([at(0)]);
  expect(failures).toEqual(['GROUP_AUTHORIZATION_FAILED']);
});
