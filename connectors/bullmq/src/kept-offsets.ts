import { connect, endConnection, loginKey, toRedisError } from '@millrace/connector-redis/client';
import type { AlteredConnector, Forgotten, WantedPosition } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { OffsetFence } from './offset-fence.ts';

/** Whether the sink keeps its offsets at the server, beside the jobs. */
export const keepsOffsets = (config: SinkConfig): boolean => config['delivery.guarantee'] === 'exactly_once';

/** What stands in front of the keys that hold them. */
export const offsetsPrefixOf = (config: SinkConfig, connector: string): string =>
  config['offsets.prefix'] || `millrace:offsets:${connector}`;

/** Sets kept offsets; who wrote before is fenced. Answers whether any are kept. @throws {MillraceError} */
export async function alterKeptOffsets(
  config: SinkConfig,
  positions: readonly WantedPosition[],
  { connector }: AlteredConnector,
): Promise<boolean> {
  if (!keepsOffsets(config)) return false;
  await withFence(config, connector, undefined, async (fence) => {
    for (const { topic, partition, offset } of positions) await fence.set({ topic, partition }, offset ?? 0);
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
  const client = await connect(config, signal);
  try {
    await work(new OffsetFence(client, offsetsPrefixOf(config, connector)));
  } catch (error) {
    throw toRedisError(error, 'Setting the stored offsets', loginKey(config));
  } finally {
    endConnection(client);
  }
}
