import { listTopics, newestMessages } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import type { RestPorts } from '../ports.ts';
import { ok } from '../reply.ts';

const DEFAULT_LIMIT = 50;
const DEFAULT_MAX_BYTES = 16_384;

export function topicRoutes(doors: Doors, ports: RestPorts): void {
  doors.operation(listTopics, async () => {
    const topics = await ports.topics.topics();
    const users = connectorsByTopic(ports);
    const body = topics.map((topic) => ({
      ...topic,
      writtenBy: users.get(topic.name)?.writers ?? [],
      readBy: users.get(topic.name)?.readers ?? [],
    }));
    return ok(body);
  });
  doors.operation(newestMessages, async ({ params, query }) => {
    const request = { limit: query.limit ?? DEFAULT_LIMIT, maxBytes: query.maxBytes ?? DEFAULT_MAX_BYTES };
    const found = await ports.topics.newest(params.topic, request);
    const messages = found.messages.toSorted(
      (a, b) => b.timestamp - a.timestamp || b.offset - a.offset || a.partition - b.partition,
    );
    return ok({ topic: params.topic, partitions: found.partitions, messages });
  });
}

function connectorsByTopic({ herder, monitor }: RestPorts) {
  const users = new Map<string, { writers: string[]; readers: string[] }>();
  const types = new Map(herder.connectors().map((name) => [name, herder.connector(name).type]));
  for (const [connector, type] of types) {
    for (const topic of monitor.topicsOf(connector)) {
      const known = users.get(topic) ?? { writers: [], readers: [] };
      (type === 'sink' ? known.readers : known.writers).push(connector);
      users.set(topic, known);
    }
  }
  return users;
}
