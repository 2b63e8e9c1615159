import { afterEach } from 'vitest';

/**
 * `onTestFinished` for the tests of one suite, which run in turn, while other suites run beside it: vitest's own does not know there
 * whose test has called it. Called where the suite is described.
 */
export function afterEachTest(): (end: () => unknown) => void {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    const ended = await Promise.allSettled(ends.splice(0).map(async (end) => end()));
    const failed = ended.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  });
  return (end) => void ends.push(end);
}
