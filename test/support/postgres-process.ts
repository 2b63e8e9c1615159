import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { type Service, startService } from './service.ts';

/** A PostgreSQL that can be killed, and comes back on its data at the same port. */
export interface PostgresProcess {
  readonly url: string;
  readonly port: number;
  /** SIGKILL to the server. */
  kill(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

export async function startPostgresProcess(): Promise<PostgresProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-postgres-'));
  // The server runs as another user.
  chmodSync(folder, 0o755);
  const env = { SERVICE_DATA: folder };
  const first = await startService('postgres', { env });
  let service: Service = first;
  return {
    url: first.url,
    port: first.port,
    async kill() {
      const [pid = ''] = readFileSync(join(folder, 'pg', 'postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGKILL');
      await eventually(() => isGone(Number(pid)), { what: 'the end of PostgreSQL', timeoutMs: 30_000 });
    },
    async resume() {
      service = await startService('postgres', { port: first.port, env });
    },
    async stop() {
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
