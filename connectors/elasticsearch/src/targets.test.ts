import type { Client } from '@elastic/elasticsearch';
import { requireConfig } from '@millrace/sdk';
import { describe, expect, it } from 'vitest';
import { sinkConfig } from './config.ts';
import { Targets } from './targets.ts';

/** As the client fails, with what the server says. */
const refusal = (statusCode: number, type: string): Error =>
  Object.assign(new Error(type), {
    name: 'ResponseError',
    statusCode,
    body: { error: { type, reason: type } },
  });

/** Servers without indexes that refuse to make one of this name. */
const serverThatRefuses = (name: string, type: string, made: string[]): Client =>
  ({
    indices: { getMapping: () => Promise.reject(refusal(404, 'index_not_found_exception')) },
    transport: {
      request: async ({ path }: { path: string }) => {
        if (decodeURIComponent(path) === `/${name}`) throw refusal(400, type);
        made.push(path);
      },
    },
  }) as never;

const record = { topic: 't', partition: 0, offset: 0, key: 1, value: {}, headers: [], timestamp: null };
const ensure = async (index: string, type: string) => {
  const made: string[] = [];
  const config = requireConfig(sinkConfig, { 'connection.url': 'http://127.0.0.1:9200', index });
  const targets = new Targets(serverThatRefuses('bad', type, made), config);
  const refused = await targets.ensure(
    ['good', 'bad', 'bad', 'b/etter'].map((name) => ({ index: name, record })),
  );
  return { made, refused };
};

describe('targets that the servers refuse to make', () => {
  it('are the fault of the records that name them, and hold nobody else up', async () => {
    const { made, refused } = await ensure(`\${value.tenant}`, 'invalid_index_name_exception');
    expect(made).toEqual(['/good', '/b%2Fetter']);
    expect([...refused]).toMatchObject([
      ['bad', { class: 'poison', code: 'ELASTICSEARCH_NAME_INVALID', details: { path: 'index' } }],
    ]);
  });

  it('are a failure where something else is wrong, or the name is the config’s own', async () => {
    await expect(ensure(`\${value.tenant}`, 'validation_exception')).rejects.toThrow('validation_exception');
    await expect(ensure('bad', 'invalid_index_name_exception')).rejects.toThrow('invalid_index_name');
  });
});
