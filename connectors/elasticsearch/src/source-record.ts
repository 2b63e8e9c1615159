import { type Header, MillraceError, type Schema, type SourceRecord } from '@millrace/sdk';
import { partitionOf, toOffset } from './position.ts';
import type { Hit } from './shard-reader.ts';

const text: Schema = { type: 'string' };
const long: Schema = { type: 'int64' };

/** The topic of an index's documents; characters that topics may not have become underscores. */
export const topicOf = (topic: string, index: string): string =>
  topic.replaceAll(`\${index}`, index.replace(/[^A-Za-z0-9._-]/g, '_')).slice(0, 249);

/**
 * A document as a record: its _id as the key, its source as the value.
 * @param place where it was read: index, its uuid, and shard
 * @throws {MillraceError} class config where the index keeps no sources
 */
export function recordOf(
  hit: Hit,
  topic: string,
  place: { readonly index: string; readonly uuid: string; readonly shard: number },
): SourceRecord {
  if (hit._source === undefined)
    throw new MillraceError(`The index ${hit._index} keeps no sources of documents.`, {
      code: 'ELASTICSEARCH_NO_SOURCE',
      class: 'config',
      path: 'index',
      hint: 'Leave it out: without _source there is nothing to read.',
    });
  const headers: Header[] = [
    { key: '__index', value: hit._index, schema: text },
    { key: '__seq_no', value: hit._seq_no, schema: long },
  ];
  if (hit._routing !== undefined) headers.push({ key: '__routing', value: hit._routing, schema: text });
  return {
    topic: topicOf(topic, hit._index),
    partition: null,
    key: hit._id,
    value: hit._source,
    headers,
    timestamp: null,
    sourcePartition: partitionOf(place.index, place.shard),
    sourceOffset: toOffset({ uuid: place.uuid, seqNo: hit._seq_no }),
  };
}
