import { connect, endConnection, loginKey, toRedisError } from '@millrace/connector-redis/client';
import { keptOffsets } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { OffsetFence } from './offset-fence.ts';

/** Whether the sink keeps its offsets at the server, beside the jobs. */
export const keepsOffsets = (config: SinkConfig): boolean => config['delivery.guarantee'] === 'exactly_once';

/** What stands in front of the keys that hold them. */
export const offsetsPrefixOf = (config: SinkConfig, connector: string): string =>
  config['offsets.prefix'] || `millrace:offsets:${connector}`;

export const kept = keptOffsets<SinkConfig>({
  keeps: keepsOffsets,
  async within(config, connector, work, signal) {
    const client = await connect(config, signal);
    try {
      await work(new OffsetFence(() => client, offsetsPrefixOf(config, connector)));
    } catch (error) {
      throw toRedisError(error, 'Setting the stored offsets', loginKey(config));
    } finally {
      endConnection(client);
    }
  },
});
