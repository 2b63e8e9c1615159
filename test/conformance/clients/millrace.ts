import { fileURLToPath } from 'node:url';
import type { KafkaClient } from './kafka-client.ts';
import { lineClient } from './line-client.ts';

const PROGRAM = fileURLToPath(new URL('./millrace-program.ts', import.meta.url));

/** Our own client in a process of its own, that can be stopped and killed: it produces and joins. */
export const millrace: KafkaClient = lineClient({
  name: '@millrace/client',
  command: process.execPath,
  args: [PROGRAM],
  needs: PROGRAM,
});
