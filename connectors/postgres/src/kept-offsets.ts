import { keptOffsets } from '@millrace/sdk';
import { addressedConnection } from './address-options.ts';
import type { SinkConfig } from './config.ts';
import { Session } from './connection.ts';
import { OffsetFence, offsetsTable } from './offset-fence.ts';

/** Whether the sink keeps its offsets in the target, beside what it writes. */
export const keepsOffsets = (config: SinkConfig): boolean => config['delivery.guarantee'] === 'exactly_once';

export const kept = keptOffsets<SinkConfig>({
  keeps: keepsOffsets,
  async within(config, connector, work) {
    const session = new Session(addressedConnection(config));
    try {
      const fence = new OffsetFence(session, offsetsTable(config['offsets.table']), connector);
      await fence.prepare();
      await work(fence);
    } finally {
      session.close();
    }
  },
});
