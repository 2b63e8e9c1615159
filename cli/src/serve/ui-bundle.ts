import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@millrace/foundation';
import { uiBundle } from '@millrace/ui/build';

type UiState = { readonly folder: string } | { readonly building: true } | { readonly unavailable: string };

/**
 * The built UI. Where there is no bundle for the sources as they are, one is built in a child process, so that the start does not wait for
 * it and the bundler's memory goes with it.
 */
export function serveUi(logger: Logger): () => UiState {
  const cached = uiBundle();
  if (cached) return () => cached;
  let state: UiState = { building: true };
  const main = fileURLToPath(import.meta.resolve('@millrace/ui/build-main'));
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  child.once('error', (error) => {
    state = { unavailable: `the UI could not be built: ${error.message}` };
  });
  child.once('close', () => {
    const built = uiBundle();
    if (built) state = built;
    else {
      logger.error({ complaint }, 'the UI could not be built');
      state = { unavailable: 'the UI could not be built; the log says why' };
    }
  });
  return () => state;
}
