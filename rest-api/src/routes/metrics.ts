import type { Doors } from '../doors.ts';
import type { PipelineMonitor } from '../ports.ts';

/** `GET /metrics`, where Prometheus looks for it. */
export function metricsRoute(doors: Doors, monitor: PipelineMonitor): void {
  doors.page('/metrics', { operation: 'DESCRIBE', resource: 'cluster' }, async (_request, reply) => {
    const { contentType, text } = await monitor.metrics();
    return reply.type(contentType).send(text);
  });
}
