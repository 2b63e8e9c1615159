import * as contract from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { badRequest } from '../errors.ts';
import { matches, pageOf } from '../paging.ts';
import type { RestPorts } from '../ports.ts';
import { created, noContent, ok } from '../reply.ts';

const NO_SIZE = { records: null, sizeBytes: null };

export function topicRoutes(doors: Doors, ports: RestPorts): void {
  const { topics } = ports;
  doors.operation(contract.listTopics, async ({ query }) => {
    const found = (await topics.list()).filter(
      ({ name, internal }) =>
        matches(name, query.search) && (query.internal === undefined || query.internal === internal),
    );
    const page = pageOf(found, ({ name }) => name, query);
    const names = page.items.map(({ name }) => name);
    const sizes = query.sizes ? await topics.sizes(names) : new Map<string, typeof NO_SIZE>();
    const users = connectorsByTopic(ports);
    const items = page.items.map((topic) => ({
      ...{ ...topic, ...usersOf(users, topic.name) },
      ...(sizes.get(topic.name) ?? NO_SIZE),
    }));
    return ok({ ...page, items });
  });
  doors.operation(contract.getTopic, async ({ params }) => {
    const topic = await topics.describe(params.topic);
    return ok({ ...topic, ...usersOf(connectorsByTopic(ports), params.topic) });
  });
  doors.operation(contract.createTopic, async ({ body }) => {
    const { validateOnly = false, ...topic } = body;
    const name = readTopicName(topic.name);
    await topics.create(topic, { validateOnly });
    if (validateOnly) return ok({ name, created: false });
    return created({ name, created: true }, `/api/v1/topics/${encodeURIComponent(name)}`);
  });
  doors.operation(contract.deleteTopic, async ({ params }) => {
    await topics.remove(params.topic);
    return noContent();
  });
  doors.operation(contract.growTopic, async ({ params, body }) => {
    await topics.grow(params.topic, body.count);
    return noContent();
  });
  doors.operation(contract.getTopicConfigs, async ({ params }) => ok(await topics.configs(params.topic)));
  doors.operation(contract.patchTopicConfigs, async ({ params, body }) => {
    await topics.alterConfigs(params.topic, body.configs);
    return ok(await topics.configs(params.topic));
  });
  doors.operation(contract.deleteRecords, async ({ params, body }) => {
    const partitions = await topics.deleteRecords(params.topic, body.partitions);
    return ok({ partitions });
  });
}

/** Kafka's rule; brokers would say the same in other words. */
function readTopicName(name: string): string {
  if (/^[A-Za-z0-9._-]+$/.test(name) && name !== '.' && name !== '..') return name;
  throw badRequest(`"${name}" is no name for a topic.`, {
    path: 'name',
    hint: 'It may have letters, digits, ".", "_" and "-".',
  });
}

interface Users {
  readonly writtenBy: string[];
  readonly readBy: string[];
}

function usersOf(users: ReadonlyMap<string, Users>, topic: string): Users {
  return users.get(topic) ?? { writtenBy: [], readBy: [] };
}

function connectorsByTopic({ herder, monitor }: RestPorts): ReadonlyMap<string, Users> {
  const users = new Map<string, Users>();
  if (!herder.hasRead()) return users;
  const types = new Map(herder.connectors().map((name) => [name, herder.connector(name).type]));
  for (const [connector, type] of types) {
    for (const topic of monitor.topicsOf(connector)) {
      const known = users.get(topic) ?? { writtenBy: [], readBy: [] };
      (type === 'sink' ? known.readBy : known.writtenBy).push(connector);
      users.set(topic, known);
    }
  }
  return users;
}
