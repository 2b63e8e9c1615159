import { expect, test } from 'vitest';
import { startMillrace } from '../support/millrace.ts';
import { skipping } from '../support/service.ts';
import { fuzz, fuzzSkipReason } from './rest-fuzz/fuzz-run.ts';

const missing = fuzzSkipReason();
const skipped = missing === null ? undefined : skipping(missing);

test.skipIf(skipped !== undefined)(
  'made-up requests get no 5xx, and no answer that OpenAPI does not say',
  async () => {
    const millrace = await startMillrace();
    try {
      const { code, output } = await fuzz({ rest: millrace.rest, phases: ['fuzzing'], examples: 1, seed: 1 });
      expect(code, output).toBe(0);
    } finally {
      await millrace.close();
    }
  },
  120_000,
);
