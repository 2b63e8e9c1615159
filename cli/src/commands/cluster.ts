import { resolve } from 'node:path';
import { createAdmin } from '@millrace/client';
import { MillraceError } from '@millrace/foundation';
import { readClusterFile } from '../cluster/cluster-file.ts';
import { surveyCluster, troublesOf } from '../cluster/cluster-state.ts';
import { type RollNode, restartByCommand, restartByDev } from '../cluster/restart-broker.ts';
import { rollCluster } from '../cluster/rolling-restart.ts';
import { statusText } from '../cluster/status-text.ts';
import type { ClusterOptions } from '../command-line.ts';

const DEFAULT_BOOTSTRAP = '127.0.0.1:9092';

/** `millrace cluster status`: ends with 1 where the cluster is not whole. */
export async function clusterStatus(options: ClusterOptions): Promise<number> {
  await using admin = adminOf(options);
  const state = await surveyCluster(admin.it);
  const troubles = troublesOf(state);
  const text = options.json ? JSON.stringify({ ...state, troubles }, null, 2) : statusText(state);
  process.stdout.write(`${text}\n`);
  return troubles.length === 0 ? 0 : 1;
}

/** `millrace cluster roll`: restarts the nodes one by one. */
export async function clusterRoll(options: ClusterOptions): Promise<number> {
  const restart = restarter(options);
  await using admin = adminOf(options);
  const say = (line: string) => void (options.json || process.stdout.write(`${line}\n`));
  const rolled = await rollCluster({ admin: admin.it, restart, timeoutMs: options.timeoutMs, say });
  if (options.json) process.stdout.write(`${JSON.stringify(rolled, null, 2)}\n`);
  else say(`all ${rolled.length} nodes were restarted`);
  return 0;
}

function restarter(options: ClusterOptions): (node: RollNode) => Promise<void> {
  const { restartCommand } = options;
  if (restartCommand !== null) return (node) => restartByCommand(restartCommand, node);
  const dataDir = resolve(options.dataDir);
  if (readClusterFile(dataDir) === null) {
    throw new MillraceError(`How is a broker started again? ${dataDir} holds no brokers of "millrace dev".`, {
      ...{ code: 'USAGE', class: 'config', path: '--restart' },
      hint: `Give the command that does it, such as --restart 'ssh {host} systemctl restart millrace-{id}', or the --data-dir of "millrace dev --brokers".`,
    });
  }
  return async ({ id }) => {
    // Read anew: each start has another process.
    const node = readClusterFile(dataDir)?.nodes.find((one) => one.id === id);
    if (node !== undefined) return restartByDev(node);
    throw new MillraceError(`Broker ${id} is none of ${dataDir}.`, {
      ...{ code: 'RESTART_FAILED', class: 'config', path: '--data-dir' },
      hint: 'Give the data folder of the cluster that --bootstrap-server leads to.',
    });
  };
}

function adminOf({ bootstrapServers, dataDir }: ClusterOptions) {
  const known = readClusterFile(resolve(dataDir))?.nodes.map(({ address }) => address);
  const it = createAdmin({ bootstrapServers: bootstrapServers ?? known ?? [DEFAULT_BOOTSTRAP] });
  return { it, [Symbol.asyncDispose]: () => it.close() };
}
