import { defineConfig } from 'vitest/config';

/** One project per kind of test; `npm test` runs them all. Each kind's own timeouts stand here and nowhere else. */
const project = (name: string, include: string[], testTimeout: number, more: object = {}) => ({
  test: { name, include, testTimeout, hookTimeout: Math.max(testTimeout, 60_000), ...more },
});

/** Where a machine wants the results as data too (`.ci/run` does). */
const resultsFile = process.env.TEST_RESULTS_FILE;
const asData: ['json', { outputFile: string }][] = resultsFile ? [['json', { outputFile: resultsFile }]] : [];

/** Files of `test/integration` that take their broker from `test/support/test-broker.ts`. */
const ON_ANY_KAFKA = ['worker*', 'config-providers', 'dead-letters', 'standalone'];

const ALONE = 'test/e2e/demo.test.ts';

export default defineConfig({
  test: {
    projects: [
      project(
        'unit',
        [
          '{foundation,protocol,client,broker,connect-runtime,rest-api,cli}/**/*.test.ts',
          'plugins/*/src/**/*.test.ts',
          'ui/src/**/*.test.{ts,tsx}',
          'test/support/**/*.test.ts',
        ],
        20_000,
      ),
      project('architecture', ['test/architecture/**/*.test.ts'], 30_000, { isolate: false }),
      project('simulation', ['test/simulation/**/*.test.ts'], 120_000),
      project(
        'acceptance',
        ['connectors/*/{src,test}/**/*.test.ts', 'plugins/template/test/**/*.test.ts'],
        120_000,
      ),
      project('conformance', ['test/conformance/**/*.test.ts'], 180_000),
      project('integration', ['test/integration/**/*.test.ts'], 300_000),
      // What runs on a broker of ours in `integration`, on Apache Kafka: `npm run test:kafka`.
      project(
        'kafka',
        ON_ANY_KAFKA.map((name) => `test/integration/${name}.test.ts`),
        300_000,
        {
          globalSetup: ['test/support/kafka-setup.ts'],
        },
      ),
      project('e2e', ['test/e2e/**/*.test.ts'], 240_000, { exclude: [ALONE] }),
      // What a newcomer is promised in seconds is looked at when nothing else runs: after all others.
      project('demo', [ALONE], 240_000, { fileParallelism: false }),
    ],
    maxWorkers: 2,
    reporters: ['default', './test/support/skip-gate.ts', ...asData],
  },
});
