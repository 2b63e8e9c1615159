import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from '@millrace/connect-runtime';
import { isMillraceError, type Logger } from '@millrace/foundation';
import { demoConnectors } from './demo-connectors.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { openShop, prepareShop } from './shop.ts';

/** On a machine that is busy at the start plugins may answer late: it is tried so often, with so much between, ms. */
const ATTEMPTS_MAX = 60;
const RETRY_MS = 3_000;

export interface DemoOptions {
  readonly dataDir: string;
  readonly worker: Worker;
  /** Aborted when Millrace is told to stop before the demo runs. */
  readonly signal: AbortSignal;
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
export async function startDemo({ dataDir, worker, signal, logger, say }: DemoOptions): Promise<Demo> {
  const folder = join(dataDir, 'demo');
  const server = await startEmbeddedPostgres(folder);
  try {
    signal.throwIfAborted();
    await prepareShop(server);
    const file = join(folder, 'orders.jsonl');
    for (const [name, config] of demoConnectors(server, file)) {
      signal.throwIfAborted();
      await put(worker, name, config, signal);
    }
    const shop = await openShop(server, logger);
    say(`demo   PostgreSQL ${server.host}:${server.port}  topic shop.public.orders  file ${file}`);
    return { pause: () => shop.close(), close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** What cannot be taken for now is tried again; what is wrong is told at once. */
async function put(
  worker: Worker,
  name: string,
  config: Parameters<Worker['putConfig']>[1],
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await worker.putConfig(name, config);
      return;
    } catch (error) {
      const canPass = isMillraceError(error) && error.details.class === 'transient';
      if (!canPass || attempt >= ATTEMPTS_MAX) throw error;
      await delay(RETRY_MS, undefined, { signal });
    }
  }
}
