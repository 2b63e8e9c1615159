import { expect, test } from 'vitest';
import { runChaos } from '../chaos/chaos-run.ts';

// The long form is a command (`npm run chaos -- --minutes 20`); its results stand in docs/reliability.md.
test('no record is lost and every task runs in the end, whatever is killed, paused, changed or restarted', async () => {
  const seed = Number(process.env.CHAOS_SEED ?? 1);
  const report = await runChaos({
    seed,
    minutes: 1,
    connectors: 40,
    broker: 'millrace',
    exactlyOnce: false,
    say: () => undefined,
  });
  expect(report.violations, `seed ${seed}, kept in ${report.kept}`).toEqual([]);
  expect(report.tasks).toBe(150);
  expect(report.records).toBeGreaterThan(10_000);
}, 600_000);
