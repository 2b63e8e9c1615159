import type { Options, SinkPlace, SourcePlace } from '@millrace/sdk/testing';
import type { RedisServer } from '../src/testing/index.ts';

export const UNREACHABLE: Options = { 'connection.uri': 'redis://127.0.0.1:1' };

/** A stream whose entries hold a key and, unless they are deletions, a value. */
export async function openSource(server: RedisServer, more: Options = {}): Promise<SourcePlace> {
  const stream = server.name();
  return {
    options: {
      'connection.uri': server.uri,
      streams: stream,
      'key.field': 'k',
      'value.field': 'v',
      ...more,
    },
    unstartable: UNREACHABLE,
    insert: (all) =>
      server.use(async (client) => {
        for (const { key, value } of all)
          await client.xadd(stream, '*', 'k', key, ...(value === null ? [] : ['v', value]));
      }),
    entryOf: ({ key, value }) => ({ key: String(key), value: value as string | null }),
    sever: () => server.cut(),
    close: async () => {
      await server.use((client) => client.del(stream));
    },
  };
}

const prefixOf = (topic: string) => `${topic}:`;

/** Strings by key; the key of the poison holds a list, which no string is written over as a hash. */
export async function openSink(server: RedisServer, more: Options = {}): Promise<SinkPlace> {
  const topic = server.name();
  const record: SinkPlace['record'] = ({ key, value }, { partition, offset }) => ({
    ...{ topic, partition, offset, key, value, headers: [], timestamp: null },
  });
  return {
    options: { 'connection.uri': server.uri, ...more },
    unstartable: UNREACHABLE,
    record,
    poison: (position) => ({ ...record({ key: '', value: 'x' }, position), key: null }),
    contents: () =>
      server.use(async (client) => {
        const keys = (await client.keys(`${prefixOf(topic)}*`)).sort();
        const values = await Promise.all(keys.map((key) => client.get(key)));
        return keys.map((key, index) => ({
          key: key.slice(prefixOf(topic).length),
          value: values[index] ?? null,
        }));
      }),
    close: async () => {
      await server.use(async (client) => {
        const keys = await client.keys(`${prefixOf(topic)}*`);
        if (keys.length > 0) await client.del(...keys);
      });
    },
  };
}
