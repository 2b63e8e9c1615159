import { listPipelines, streamEvents } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import type { EventStreams } from '../live/event-streams.ts';
import type { PipelineBoard } from '../live/pipeline-board.ts';
import { ok } from '../reply.ts';

export function pipelineRoutes(doors: Doors, board: PipelineBoard, streams: EventStreams): void {
  doors.operation(listPipelines, () => ok(board.snapshot()));
  doors.page(streamEvents.url, streamEvents.needs, (_request, reply) => {
    streams.open(reply.raw);
    return reply.hijack();
  });
}
