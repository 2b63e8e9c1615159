import { produceMessages, type QueryOf, readMessages, tailMessages } from '../contract/index.ts';
import type { Doors } from '../doors.ts';
import { badRequest, toHttpError } from '../errors.ts';
import type { Look, Messages, ReadFrom } from '../kafka-ports.ts';
import { created, ok } from '../reply.ts';

const DEFAULT_LIMIT = 50;
const DEFAULT_SCAN = 200_000;
const DEFAULT_MAX_BYTES = 16_384;
const DEFAULT_PER_SECOND = 100;

export function messageRoutes(doors: Doors, messages: Messages): void {
  doors.operation(readMessages, async ({ params, query }) => {
    const page = await messages.read(params.topic, {
      ...lookOf(query),
      start: startOf(query),
      limit: query.limit ?? DEFAULT_LIMIT,
      scan: query.scan ?? DEFAULT_SCAN,
      after: query.after ?? null,
    });
    return ok({ topic: params.topic, ...page });
  });
  doors.operation(produceMessages, async ({ params, body }) => {
    const sent = await messages.produce(params.topic, body.messages);
    return created(
      { topic: params.topic, sent },
      `/api/v1/topics/${encodeURIComponent(params.topic)}/messages`,
    );
  });
  doors.events(tailMessages, async ({ params, query }, begin) => {
    const { perSecond = DEFAULT_PER_SECOND } = query;
    let lost = 0;
    const stream = Promise.withResolvers<ReturnType<typeof begin>>();
    const tail = await messages.tail(
      params.topic,
      { ...lookOf(query), perSecond },
      {
        async messages(event) {
          const open = await stream.promise;
          if (open.isReady) open.send('messages', { ...event, dropped: event.dropped + lost });
          else lost += event.messages.length;
        },
        async failed(error) {
          const open = await stream.promise;
          open.send('error', toHttpError(error).body);
          open.end();
        },
      },
    );
    const open = begin();
    open.onClose(() => tail.stop());
    stream.resolve(open);
  });
}

type LookQuery = QueryOf<typeof readMessages> | QueryOf<typeof tailMessages>;

function lookOf(query: LookQuery): Look {
  return {
    partition: query.partition ?? null,
    filter: query.filter ?? null,
    keyFormat: query.keyFormat ?? 'auto',
    valueFormat: query.valueFormat ?? 'auto',
    maxBytes: query.maxBytes ?? DEFAULT_MAX_BYTES,
  };
}

function startOf(query: QueryOf<typeof readMessages>): ReadFrom {
  const { from = 'newest', offset, timestamp } = query;
  if (offset !== undefined && from !== 'offset') throw only('offset');
  if (timestamp !== undefined && from !== 'time') throw only('timestamp', 'time');
  if (from === 'offset') {
    if (offset === undefined) throw needs('offset');
    return { from, offset };
  }
  if (from === 'time') {
    if (timestamp === undefined) throw needs('timestamp');
    return { from, timestampMs: timestamp };
  }
  return { from };
}

function needs(key: string) {
  return badRequest(`"${key}" is missing.`, { path: key, hint: `"from" says to begin at it.` });
}

function only(key: string, from = key) {
  return badRequest(`"${key}" is taken with from=${from} only.`, { path: key });
}
