import { expect, it } from 'vitest';
import { runTransactionalCrash } from '../crash/transactional-load.ts';

/** The long form: `npm run crash:transactions`. */
it.each([
  { seed: 1, transactionVersion: 2 },
  { seed: 2, transactionVersion: 1 },
])(
  'a broker that is killed under transactions (version $transactionVersion, seed $seed) shows whole ones only',
  async ({ seed, transactionVersion }) => {
    const { violations, ...figures } = await runTransactionalCrash({ seed, kills: 3, transactionVersion });
    expect(violations).toEqual([]);
    expect(figures.committed).toBeGreaterThan(0);
    expect(figures.records).toBeGreaterThan(0);
  },
);
