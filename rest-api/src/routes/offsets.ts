import type { JsonObject } from '@millrace/foundation';
import { alterConnectorOffsets, getConnectorOffsets, resetConnectorOffsets } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { badRequest } from '../errors.ts';
import type { ConnectorOffsets } from '../ports.ts';
import { ok } from '../reply.ts';

export function offsetRoutes(doors: Doors, positions: ConnectorOffsets): void {
  doors.operation(getConnectorOffsets, async ({ params }) =>
    ok({ offsets: [...(await positions.read(params.connector))] }),
  );
  doors.operation(alterConnectorOffsets, async ({ params, body }) => {
    const sent = body.offsets ?? [];
    if (sent.length === 0) {
      throw badRequest('Partitions / offsets need to be provided for an alter offsets request', {
        path: 'offsets',
      });
    }
    const offsets = sent.map(({ partition, offset }) => ({
      partition: (partition ?? null) as JsonObject | null,
      offset: (offset ?? null) as JsonObject | null,
    }));
    return ok({ message: await positions.alter(params.connector, offsets) });
  });
  doors.operation(resetConnectorOffsets, async ({ params }) =>
    ok({ message: await positions.reset(params.connector) }),
  );
}
