import { silentLogger } from '@millrace/foundation';
import { eventually } from '@millrace/sdk/testing';
import { expect, test } from 'vitest';
import type { ResolvedConfig } from './config-resolver.ts';
import { ConfigWatch } from './config-watch.ts';

const resolved = (value: string, ttlMs: number | null = 1): ResolvedConfig => ({
  config: {},
  provided: new Map([['placeholder', value]]),
  ttlMs,
});

function watch(answers: (ResolvedConfig | Error)[]) {
  const seen = { asked: 0, changes: 0 };
  const one = new ConfigWatch({
    resolve: async () => {
      seen.asked++;
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return answer as ResolvedConfig;
    },
    onChange: () => void seen.changes++,
    logger: silentLogger,
  });
  return { one, seen };
}

test('says once that a value is another, after those that stayed the same and those that could not be asked', async () => {
  const { one, seen } = watch([resolved('a'), new Error('vault is away'), resolved('b')]);
  one.start(resolved('a'));
  await eventually('the change', () => seen.changes === 1);
  expect(seen).toEqual({ asked: 3, changes: 1 });
  one.stop();
});

test('of values that hold for good asks nothing', () => {
  const { one, seen } = watch([resolved('b')]);
  one.start(resolved('a', null));
  one.stop();
  expect(seen.asked).toBe(0);
});
