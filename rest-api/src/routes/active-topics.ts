import { getConnectorTopics, resetConnectorTopics } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import type { ActiveTopics } from '../ports.ts';
import { accepted, ok } from '../reply.ts';

/** A connector that nobody knows has no topics: Kafka Connect does not ask whether it exists. */
export function activeTopicRoutes(doors: Doors, activeTopics: ActiveTopics): void {
  doors.operation(getConnectorTopics, ({ params }) => {
    const topics = [...activeTopics.of(params.connector)];
    return ok({ [params.connector]: { topics } });
  });
  doors.operation(resetConnectorTopics, async ({ params }) => {
    await activeTopics.reset(params.connector);
    return accepted(null);
  });
}
