import type { AlteredConnector, Forgotten, WantedPosition } from '@millrace/sdk';
import { type SinkConfig, sinkConnection } from './config.ts';
import { Session } from './connection.ts';
import { OffsetFence, offsetsTable } from './offset-fence.ts';

/** Whether the sink keeps its offsets in the target, beside what it writes. */
export const keepsOffsets = (config: SinkConfig): boolean => config['delivery.guarantee'] === 'exactly_once';

/** Sets kept offsets; who wrote before is fenced. Answers whether any are kept. @throws {MillraceError} */
export async function alterKeptOffsets(
  config: SinkConfig,
  positions: readonly WantedPosition[],
  { connector }: AlteredConnector,
): Promise<boolean> {
  if (!keepsOffsets(config)) return false;
  const places = positions.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset ?? 0 }));
  await withFence(config, connector, (fence) => fence.place(places));
  return true;
}

/** Takes all kept offsets back to the beginning when the group's are reset; a deleted connector's stay, as its group's do. */
export async function forgetKeptOffsets(
  config: SinkConfig,
  { connector, because }: Forgotten,
): Promise<void> {
  if (!keepsOffsets(config) || because === 'deleted') return;
  await withFence(config, connector, (fence) => fence.reset());
}

async function withFence(
  config: SinkConfig,
  connector: string,
  work: (fence: OffsetFence) => Promise<void>,
): Promise<void> {
  const session = new Session(sinkConnection(config));
  try {
    const fence = new OffsetFence(session, offsetsTable(config['offsets.table']), connector);
    await fence.prepare();
    await work(fence);
  } finally {
    session.close();
  }
}
