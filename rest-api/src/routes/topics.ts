import { listTopics, type QueryOf, readMessages } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { badRequest } from '../errors.ts';
import { matches, pageOf } from '../paging.ts';
import type { RestPorts } from '../ports.ts';
import { ok } from '../reply.ts';

const DEFAULT_LIMIT = 50;
const DEFAULT_MAX_BYTES = 16_384;

export function topicRoutes(doors: Doors, ports: RestPorts): void {
  doors.operation(listTopics, async ({ query }) => {
    if (query.sizes) throw notServed('sizes');
    const topics = (await ports.topics.topics()).filter(
      ({ name, internal }) =>
        matches(name, query.search) && (query.internal === undefined || query.internal === internal),
    );
    const users = connectorsByTopic(ports);
    const page = pageOf(topics, ({ name }) => name, query);
    const items = page.items.map((topic) => ({
      ...topic,
      writtenBy: users.get(topic.name)?.writers ?? [],
      readBy: users.get(topic.name)?.readers ?? [],
      records: null,
      sizeBytes: null,
    }));
    return ok({ ...page, items });
  });
  doors.operation(readMessages, async ({ params, query }) => {
    refuseUnserved(query);
    const request = { limit: query.limit ?? DEFAULT_LIMIT, maxBytes: query.maxBytes ?? DEFAULT_MAX_BYTES };
    const { partitions, messages } = await ports.topics.newest(params.topic, request);
    const sorted = messages.toSorted(
      (a, b) => b.timestamp - a.timestamp || b.offset - a.offset || a.partition - b.partition,
    );
    const held = partitions.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0);
    const left = Math.max(0, held - sorted.length);
    return ok({
      ...{ topic: params.topic, partitions, messages: sorted, scanned: sorted.length, left, next: null },
      stopped: left > 0 ? 'limit' : 'end',
    });
  });
}

function refuseUnserved(query: QueryOf<typeof readMessages>): void {
  for (const key of ['partition', 'filter', 'keyFormat', 'valueFormat', 'scan', 'after'] as const)
    if (query[key] !== undefined) throw notServed(key);
  if (query.from !== undefined && query.from !== 'newest') throw notServed('from');
}

function notServed(key: string) {
  return badRequest(`"${key}" is not served by this version.`, { path: key });
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
