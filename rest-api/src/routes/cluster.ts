import { getBrokerConfigs, getCluster } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { unknownPath } from '../errors.ts';
import type { ClusterView } from '../kafka-ports.ts';
import { ok } from '../reply.ts';

export function clusterRoutes(doors: Doors, cluster: ClusterView): void {
  doors.operation(getCluster, async () => ok(await cluster.describe()));
  doors.operation(getBrokerConfigs, async ({ params }) => {
    if (!/^\d{1,9}$/.test(params.broker)) throw unknownPath();
    return ok(await cluster.brokerConfigs(Number(params.broker)));
  });
}
