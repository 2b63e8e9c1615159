import type { ConnectRecord } from '@millrace/sdk';
import { connect, loginKey } from './connection.ts';
import { toElasticError } from './errors.ts';
import type { SourceConfig } from './source-config.ts';
import { topicOf } from './source-record.ts';

/**
 * Some documents of the indexes, as records; leaves nothing behind.
 * @throws {MillraceError} where the servers can't be read
 */
export async function sampleDocuments(
  config: SourceConfig,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<readonly ConnectRecord[]> {
  const client = await connect(config, signal);
  try {
    const index = [...config.index];
    // As the task would: what was written a moment ago is part of the sample.
    if (config.refresh) await client.indices.refresh({ index }, { signal });
    const { hits } = await client.search(
      { index, size: limit, query: JSON.parse(config.query) as object },
      { signal },
    );
    return hits.hits.map(({ _index, _id, _source }) => ({
      ...{ topic: topicOf(config.topic, _index), partition: null, key: _id, value: _source ?? null },
      ...{ headers: [{ key: '__index', value: _index, schema: { type: 'string' as const } }] },
      timestamp: null,
    }));
  } catch (error) {
    throw toElasticError(error, 'Sampling Elasticsearch', loginKey(config));
  } finally {
    await client.close();
  }
}
