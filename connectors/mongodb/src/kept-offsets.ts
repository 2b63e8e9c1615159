import type { AlteredConnector, Forgotten, WantedPosition } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { connect, connectionOf } from './connection.ts';
import { toMongoError } from './errors.ts';
import { OffsetFence } from './offset-fence.ts';

/** Whether the sink keeps its offsets in the target, beside what it writes. */
export const keepsOffsets = (config: SinkConfig): boolean => config['delivery.guarantee'] === 'exactly_once';

/** Sets kept offsets; who wrote before is fenced. Answers whether any are kept. @throws {MillraceError} */
export async function alterKeptOffsets(
  config: SinkConfig,
  positions: readonly WantedPosition[],
  { connector }: AlteredConnector,
): Promise<boolean> {
  if (!keepsOffsets(config)) return false;
  await withFence(config, connector, undefined, async (fence) => {
    for (const { topic, partition, offset } of positions)
      await fence.place({ topic, partition }, offset ?? 0);
  });
  return true;
}

/** Takes all kept offsets back to the beginning when the group's are reset; a deleted connector's stay, as its group's do. */
export async function forgetKeptOffsets(
  config: SinkConfig,
  { connector, because, signal }: Forgotten,
): Promise<void> {
  if (!keepsOffsets(config) || because === 'deleted') return;
  await withFence(config, connector, signal, (fence) => fence.reset());
}

async function withFence(
  config: SinkConfig,
  connector: string,
  signal: AbortSignal | undefined,
  work: (fence: OffsetFence) => Promise<void>,
): Promise<void> {
  const client = await connect(connectionOf(config), signal ?? new AbortController().signal);
  try {
    const offsets = client.db(config.database).collection(config['offsets.collection']);
    await work(new OffsetFence(offsets as never, connector));
  } catch (error) {
    throw toMongoError(error, 'Setting the stored offsets');
  } finally {
    await client.close();
  }
}
