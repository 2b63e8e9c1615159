import { parseCommandLine, USAGE } from './command-line.ts';
import { explain } from './explain.ts';

const SERVERS: ReadonlySet<string> = new Set(['dev', 'broker', 'worker', 'standalone']);

/** Whoever read the output has gone: a server goes on without, anything else has nobody left to work for. */
function outliveReaders(kind: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!SERVERS.has(kind)) process.exit(0);
  });
}

/** Exit codes: 0 done, 1 failed while running, 2 wrong use or config, 3 the machine lacks something. */
async function main(): Promise<number> {
  const parsed = parseCommandLine(process.argv.slice(2));
  outliveReaders(parsed.kind);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(`${USAGE}\n${(await import('./remote/remote.ts')).remoteUsage()}\n`);
      return 0;
    case 'version':
      process.stdout.write(`${(await import('./version.ts')).VERSION}\n`);
      return 0;
    case 'wrong':
      process.stderr.write(`${parsed.message}\n\n${USAGE}`);
      return 2;
    case 'dev':
      return (await import('./commands/dev.ts')).dev(parsed.options);
    case 'broker':
      return (await import('./commands/broker.ts')).broker(parsed.options);
    case 'cluster-status':
      return (await import('./commands/cluster.ts')).clusterStatus(parsed.options);
    case 'cluster-roll':
      return (await import('./commands/cluster.ts')).clusterRoll(parsed.options);
    case 'create-connector':
      return (await import('./commands/create-connector.ts')).createConnector(parsed.options);
    case 'worker':
      return (await import('./commands/worker.ts')).worker(parsed.options);
    case 'remote':
      return (await import('./remote/remote.ts')).remote(parsed.command, parsed.args);
    case 'standalone':
      return (await import('./commands/standalone.ts')).standalone(parsed.options);
  }
}

try {
  process.exitCode = await main();
  // Whatever still holds a handle (a driver's socket, a timer) must not keep a finished command alive.
  process.exit();
} catch (error) {
  const { text, exitCode } = explain(error);
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}
