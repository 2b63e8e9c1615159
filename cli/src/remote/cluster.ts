import * as contract from '@millrace/rest-api/contract';
import type { Asked, RemoteAct } from './remote-command.ts';
import { printable, table } from './table.ts';

/** Less free than this share of a disk is told. */
const FREE_MIN = 0.1;

export const cluster: RemoteAct = {
  takes: '',
  does: 'brokers, workers and what runs on each',
  async run(asked) {
    const state = await asked.api.call(contract.getCluster);
    const workers = await asked.api.call(contract.listWorkers);
    asked.print({ ...state, workers }, () => {
      const brokers = table(
        ['broker', 'address', 'controller', 'leads', 'replicas', 'behind', 'log bytes', 'free bytes'],
        state.brokers.map(({ id, host, port, controller, leads, replicas, behind, logDirs }) => [
          ...[id, `${host}:${port}`, controller ? 'yes' : '', leads, replicas, behind],
          logDirs?.reduce((sum, dir) => sum + dir.logBytes, 0),
          logDirs?.[0]?.usableBytes,
        ]),
      );
      const rows = workers.map(({ id, leader, draining, tasks }) => [
        ...[id, leader ? 'leads' : draining ? 'drains' : '', tasks.length],
      ]);
      return `${state.clusterId}  ${state.topics} topics  ${state.partitions} partitions\n\n${brokers}\n\n${table(['worker', 'role', 'tasks'], rows)}`;
    });
  },
};

/** What is looked at, and whether it is well. */
interface Finding {
  readonly what: string;
  readonly well: boolean;
  readonly told: string;
}

export const doctor: RemoteAct = {
  takes: '',
  does: 'looks at worker, brokers, disks, plugins and connectors; ends with 1 where something is wrong',
  async run(asked) {
    const findings = [
      ...(await look('worker', () => workerFindings(asked))),
      ...(await look('cluster', () => clusterFindings(asked))),
      ...(await look('plugins', () => pluginFindings(asked))),
      ...(await look('connectors', () => connectorFindings(asked))),
    ];
    asked.print(findings, () =>
      findings
        .map(({ what, well, told }) => `${well ? 'ok   ' : 'WRONG'}  ${what}: ${printable(told)}`)
        .join('\n'),
    );
    return findings.every(({ well }) => well);
  },
};

/** What can't be asked is a finding too, and the rest is looked at. */
async function look(what: string, ask: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await ask();
  } catch (error) {
    return [{ what, well: false, told: error instanceof Error ? error.message : String(error) }];
  }
}

async function workerFindings({ api }: Asked): Promise<readonly Finding[]> {
  const { status, message } = await api.call(contract.getHealth);
  const workers = await api.call(contract.listWorkers);
  return [
    { what: 'worker', well: status === 'healthy', told: message },
    { what: 'group', well: true, told: `${workers.length} ${workers.length === 1 ? 'worker' : 'workers'}` },
  ];
}

async function clusterFindings({ api }: Asked): Promise<readonly Finding[]> {
  const state = await api.call(contract.getCluster);
  const { offlinePartitions, underReplicatedPartitions } = state;
  const disks = state.brokers.flatMap(({ id, logDirs }) =>
    (logDirs ?? []).map(({ path, error, usableBytes, totalBytes }): Finding => {
      const free = usableBytes === null || !totalBytes ? null : usableBytes / totalBytes;
      const told = error ?? (free === null ? 'not told' : `${Math.round(free * 100)} % free`);
      return {
        what: `disk ${path} of broker ${id}`,
        well: error === null && (free === null || free > FREE_MIN),
        told,
      };
    }),
  );
  return [
    {
      what: 'partitions',
      well: offlinePartitions === 0 && underReplicatedPartitions === 0,
      told: `${state.partitions}, ${offlinePartitions} without a leader, ${underReplicatedPartitions} with replicas behind`,
    },
    ...disks,
  ];
}

async function pluginFindings({ api }: Asked): Promise<readonly Finding[]> {
  const { plugins, failures } = await api.call(contract.listAllPlugins);
  return [
    { what: 'plugins', well: true, told: `${plugins.length} are there` },
    ...failures.map(({ module, error }) => ({ what: `plugin ${module}`, well: false, told: error.message })),
  ];
}

async function connectorFindings({ api }: Asked): Promise<readonly Finding[]> {
  const query = { state: ['FAILED', 'DEGRADED', 'RESTARTING'], sort: 'state', limit: 5_000 } as const;
  const { items, states } = await api.call(contract.listPipelines, {
    query: { ...query, state: [...query.state] },
  });
  const counts = Object.entries(states).map(([state, count]) => `${count} ${state.toLowerCase()}`);
  return [
    { what: 'connectors', well: items.length === 0, told: counts.join(', ') || 'there are none' },
    ...items.map(({ name, state, error }) => ({
      what: `connector ${name}`,
      well: false,
      told: `${state.toLowerCase()}: ${error?.message ?? 'it does not say why'}${error?.hint ? ` ${error.hint}` : ''}`,
    })),
  ];
}
