import * as contract from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import type { WorkerGroup } from '../ports.ts';
import { accepted, noContent, ok } from '../reply.ts';

export function workerRoutes(doors: Doors, group: WorkerGroup): void {
  doors.operation(contract.listWorkers, () => ok(group.workers()));
  doors.operation(contract.drainWorker, async ({ params }) => {
    await group.drainWorker(params.worker);
    return accepted(null);
  });
  doors.operation(contract.endDrain, ({ params }) => {
    group.endDrainOf(params.worker);
    return noContent();
  });
  doors.operation(contract.putTaskConfigs, async ({ params, body, sent }) => {
    await group.putTaskConfigs(params.connector, body, sent);
    return noContent();
  });
  doors.operation(contract.fenceConnector, async ({ params, sent }) => {
    await group.fence(params.connector, sent);
    return noContent();
  });
}
