import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMillrace } from '@millrace/test/support';
import { useOfTrees } from '../../measure/process-tree.ts';
import { type Sample, untilAnswers, watchIdle } from './sample.ts';

/** `millrace dev --no-demo` on a new data folder: broker, worker, REST API and UI. `coldCode`: Node has compiled none of it before. */
export async function sampleMillrace({ coldCode = false } = {}): Promise<Sample> {
  const codeCache = coldCode ? mkdtempSync(join(tmpdir(), 'millrace-code-')) : null;
  const startedMs = performance.now();
  const millrace = await startMillrace(codeCache ? { env: { NODE_COMPILE_CACHE: codeCache } } : {});
  try {
    const { cpuSeconds } = useOfTrees([millrace.pid]);
    await untilAnswers(`${millrace.rest}/connectors`);
    const answersSeconds = (performance.now() - startedMs) / 1000;
    const idle = await watchIdle([millrace.pid]);
    return {
      readySeconds: millrace.readyAfterMs / 1000,
      answersSeconds,
      startCpuSeconds: cpuSeconds,
      ...idle,
    };
  } finally {
    await millrace.close();
    if (codeCache) rmSync(codeCache, { recursive: true, force: true });
  }
}
