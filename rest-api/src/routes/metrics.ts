import { listTaskCounters } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import type { PipelineMonitor } from '../ports.ts';
import { ok } from '../reply.ts';

/** `GET /metrics`, where Prometheus looks for it, and the counters that other workers ask for: of this worker alone. */
export function metricsRoute(doors: Doors, monitor: PipelineMonitor): void {
  doors.page('/metrics', { operation: 'DESCRIBE', resource: 'cluster' }, async (_request, reply) => {
    const { contentType, text } = await monitor.metrics();
    return reply.type(contentType).send(text);
  });
  doors.operation(listTaskCounters, () => ok([...monitor.counters()]));
}
