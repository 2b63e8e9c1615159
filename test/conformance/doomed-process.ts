import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ChildOutput } from '../support/child-output.ts';

const START_TIMEOUT_MS = 30_000;

/** Runs `doomed-client.ts` until it holds what it is to hold, then kills it with SIGKILL. */
export async function killedWhileHolding(kind: 'transaction' | 'share', ...args: string[]): Promise<void> {
  const script = fileURLToPath(new URL('./doomed-client.ts', import.meta.url));
  const child = spawn(process.execPath, [script, kind, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(child, 'exit');
  try {
    await new ChildOutput(child).line(/^holding$/, START_TIMEOUT_MS);
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}
