import { createAdmin } from '@millrace/client';
import { isMillraceError, type Logger } from '@millrace/foundation';
import { taskKey } from '../../core/task-id.ts';
import type { TaskSpec } from '../host-protocol.ts';
import { adminOverrides } from './client-settings.ts';

/** Where a share group begins to read; the default of the broker is `latest`, and a sink wants what is there. */
const RESET = 'share.auto.offset.reset';

/**
 * Has a sink's share group begin at the earliest records, as its consumer group would. Somebody's own setting stays: only a group that
 * has none is changed.
 */
export async function prepareShareGroup(spec: TaskSpec, groupId: string, logger: Logger): Promise<void> {
  const admin = createAdmin({
    bootstrapServers: spec.worker.bootstrapServers,
    clientId: `connector-adminclient-${taskKey(spec.id)}`,
    ...adminOverrides(spec.connectorConfig),
  });
  try {
    if (await isSet(admin, groupId)) return;
    await admin.alterConfigs('group', groupId, { [RESET]: 'earliest' });
  } catch (error) {
    // A broker without share groups says so when the consumer joins.
    if (!isMillraceError(error) || error.class === 'transient') throw error;
    logger.warn({ groupId, err: error }, 'where the share group begins to read could not be set');
  } finally {
    await admin.close();
  }
}

async function isSet(admin: ReturnType<typeof createAdmin>, groupId: string): Promise<boolean> {
  const configs = await admin.describeConfigs('group', groupId);
  return configs.get(RESET)?.source === 'DYNAMIC_GROUP_CONFIG';
}
