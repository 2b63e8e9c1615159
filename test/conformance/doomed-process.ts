import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ChildOutput } from '../support/child-output.ts';

const START_TIMEOUT_MS = 30_000;

/** A member of a share group that holds records and stands still. */
export interface PausedHolder extends AsyncDisposable {
  /** Runs on, and accepts what it holds. @returns the error of each partition, NONE where there is none */
  acceptsLate(): Promise<string>;
}

/** Runs `doomed-client.ts` until it holds records of a share group, then stops it. */
export async function pausedWhileHolding(...args: string[]): Promise<PausedHolder> {
  const script = fileURLToPath(new URL('./doomed-client.ts', import.meta.url));
  const child = spawn(process.execPath, [script, 'share', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const output = new ChildOutput(child);
  const end = async () => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  try {
    await output.line(/^holding$/, START_TIMEOUT_MS);
  } catch (error) {
    await end();
    throw error;
  }
  child.kill('SIGSTOP');
  return {
    async acceptsLate() {
      child.kill('SIGCONT');
      child.stdin.write('now\n');
      return (await output.line(/^late: (.*)$/, START_TIMEOUT_MS))[1] ?? '';
    },
    [Symbol.asyncDispose]: end,
  };
}

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
