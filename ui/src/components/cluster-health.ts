import { listWorkers } from '@millrace/rest-api/contract';
import { call } from '../api/client.ts';
import type { LiveState } from '../api/live-state.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { counted } from '../format/numbers.ts';

const REFRESH_MS = 10_000;

interface ClusterHealth {
  readonly well: boolean;
  /** `3/3 up`: brokers and workers. */
  readonly text: string;
  readonly sentence: string;
}

/** What the frame says of brokers and workers. */
export function useClusterHealth({ connection, health }: LiveState): ClusterHealth {
  const workers = useLoaded(
    'health workers',
    (signal) => call(listWorkers, { signal }),
    connection === 'live' ? REFRESH_MS : null,
  );
  return clusterHealth(health, workers.data?.map(({ id }) => id) ?? null);
}

/** @param workers the ids of those that are in the group; null where that is not known */
export function clusterHealth(health: LiveState['health'], workers: readonly string[] | null): ClusterHealth {
  const brokers = health?.kafka.brokers ?? null;
  if (brokers === null && workers === null) return { well: true, text: 'live', sentence: 'Connected' };
  const brokersUp = health?.kafka.answers === false ? 0 : (brokers?.up ?? 0);
  const silent = new Set(health?.silentWorkers.map(({ id }) => id));
  const all = new Set([...(workers ?? []), ...silent]);
  const up = brokersUp + all.size - silent.size;
  const total = (brokers?.total ?? 0) + all.size;
  const parts = [
    brokers === null ? null : `${brokersUp} of ${counted(brokers.total, 'broker')}`,
    all.size === 0 ? null : `${all.size - silent.size} of ${counted(all.size, 'worker')}`,
  ];
  return {
    well: up === total,
    text: `${up}/${total} up`,
    sentence: `${parts.filter((part) => part !== null).join(', ')} up`,
  };
}
