import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ChildOutput, endChild } from './child-output.ts';

const run = (script: string) =>
  spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
const FOREVER = 'setInterval(() => {}, 1000);';

describe('what a child printed', () => {
  it('gives a line that comes in two pieces', async () => {
    const child = run(
      `process.stdout.write('first\\nrea'); setTimeout(() => process.stdout.write('dy 42\\n'), 50); ${FOREVER}`,
    );
    const [, number] = await new ChildOutput(child).line(/^ready (\d+)$/, 10_000);
    await endChild(child);
    expect(number).toBe('42');
    expect(child.signalCode).toBe('SIGTERM');
  });

  it('says what was printed when the child ends first', async () => {
    const output = new ChildOutput(run("process.stderr.write('no port\\n'); process.exitCode = 2;"));
    await expect(output.line(/ready/, 10_000)).rejects.toThrow(/ended \(2\) before a line/);
    expect(output.text).toContain('no port');
  });

  it('gives up when the time has passed', async () => {
    const child = run(FOREVER);
    await expect(new ChildOutput(child).line(/ready/, 100)).rejects.toThrow(/within 100 ms/);
    await endChild(child);
  });

  it('says so when there is nothing to run', async () => {
    const child = spawn('/nowhere/to/be/found', { stdio: ['ignore', 'pipe', 'pipe'] });
    await expect(new ChildOutput(child).line(/ready/, 10_000)).rejects.toThrow(/ENOENT|not started/);
  });

  it('kills what does not end when asked', async () => {
    const child = run(`process.on('SIGTERM', () => {}); process.stdout.write('up\\n'); ${FOREVER}`);
    await new ChildOutput(child).line(/up/, 10_000);
    await endChild(child, 'SIGTERM', 100);
    expect(child.signalCode).toBe('SIGKILL');
  });
});
