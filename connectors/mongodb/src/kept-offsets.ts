import { keptOffsets } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { connect, connectionOf } from './connection.ts';
import { toMongoError } from './errors.ts';
import { OffsetFence } from './offset-fence.ts';

/** Whether the sink keeps its offsets in the target, beside what it writes. */
const keepsOffsets = (config: SinkConfig): boolean => config['delivery.guarantee'] === 'exactly_once';

export const kept = keptOffsets<SinkConfig>({
  keeps: keepsOffsets,
  async within(config, connector, work, signal) {
    const client = await connect(connectionOf(config), signal ?? new AbortController().signal);
    try {
      const offsets = client.db(config.database).collection(config['offsets.collection']);
      await work(new OffsetFence(offsets as never, connector));
    } catch (error) {
      throw toMongoError(error, 'Setting the stored offsets');
    } finally {
      await client.close();
    }
  },
});
