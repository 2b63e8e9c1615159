import { listWorkers } from '@millrace/rest-api/contract';
import { call } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';
import { counted } from '../format/numbers.ts';

const REFRESH_MS = 10_000;

/** What the frame says of brokers and workers. */
export function useClusterHealth(connected: boolean): {
  readonly well: boolean;
  readonly text: string;
  readonly sentence: string;
} {
  const workers = useLoaded(
    'health workers',
    (signal) => call(listWorkers, { signal }),
    connected ? REFRESH_MS : null,
  );
  const count = workers.data?.length ?? 0;
  if (workers.data === null) return { well: true, text: 'live', sentence: 'Connected' };
  return { well: true, text: `${count} up`, sentence: `${counted(count, 'worker')} up` };
}
