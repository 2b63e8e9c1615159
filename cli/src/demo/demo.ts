import { join } from 'node:path';
import type { Worker } from '@millrace/connect-runtime';
import type { Logger } from '@millrace/foundation';
import { demoConnectors } from './demo-connectors.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { openShop, prepareShop } from './shop.ts';

/** How long the worker may take to join its group before the demo gives up, ms. */
const JOIN_TIMEOUT_MS = 30_000;

export interface DemoOptions {
  readonly dataDir: string;
  readonly worker: Worker;
  readonly logger: Logger;
  /** Tells the person who started it. */
  readonly say: (line: string) => void;
}

export interface Demo {
  /** Takes no more orders; the database goes on, so that connectors can finish. */
  pause(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A small shop on a real PostgreSQL that keeps taking orders; they are captured into a topic, and copied to a second database and to a
 * JSONL file. @throws with the reason where it can't run here
 */
export async function startDemo({ dataDir, worker, logger, say }: DemoOptions): Promise<Demo> {
  const folder = join(dataDir, 'demo');
  const server = await startEmbeddedPostgres(folder);
  try {
    await prepareShop(server);
    const shop = await openShop(server, logger);
    const file = join(folder, 'orders.jsonl');
    await joined(worker);
    for (const [name, config] of demoConnectors(server, file)) await worker.putConfig(name, config);
    say(`demo   PostgreSQL ${server.host}:${server.port}  topic shop.public.orders  file ${file}`);
    return { pause: () => shop.close(), close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** The worker takes connectors once it leads its group, a moment after it answers. */
async function joined(worker: Worker): Promise<void> {
  const deadline = performance.now() + JOIN_TIMEOUT_MS;
  while (worker.health().status !== 'healthy') {
    if (performance.now() > deadline) throw new Error('the worker did not join its group in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
