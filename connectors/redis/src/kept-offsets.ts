import { keptOffsets } from '@millrace/sdk';
import { connect, endConnection } from './client/connect.ts';
import { loginKey } from './client/connection-options.ts';
import { toRedisError } from './client/redis-error.ts';
import type { SinkConfig } from './config.ts';
import { OffsetFence } from './offset-fence.ts';

/** Whether the sink keeps its offsets at the server, beside what it writes. */
export const keepsOffsets = (config: SinkConfig): boolean => config['delivery.guarantee'] === 'exactly_once';

/** The hash that holds them. */
export const offsetsKeyOf = (config: SinkConfig, connector: string): string =>
  config['offsets.key'] || `millrace:offsets:${connector}`;

export const kept = keptOffsets<SinkConfig>({
  keeps: keepsOffsets,
  async within(config, connector, work, signal) {
    const client = await connect(config, signal);
    try {
      await work(new OffsetFence(() => client, offsetsKeyOf(config, connector)));
    } catch (error) {
      throw toRedisError(error, 'Setting the stored offsets', loginKey(config));
    } finally {
      endConnection(client);
    }
  },
});
