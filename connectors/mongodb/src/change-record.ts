import { type Header, jsonText, type Schema, type SourcePartition, type SourceRecord } from '@millrace/sdk';
import { BSON, type Document } from 'mongodb';
import type { SourceConfig } from './config.ts';
import type { ChangeEvent } from './event-stream.ts';
import { type JsonMode, needsTypedNumbers, toJson } from './extended-json.ts';
import { type Namespace, namespaceOf, splitNamespace } from './namespace.ts';
import { type Position, secondsOf, toOffset } from './position.ts';
import { TopicNames } from './topic-names.ts';

const text: Schema = { type: 'string' };
const bytes: Schema = { type: 'bytes' };
const long: Schema = { type: 'int64' };

/** Debezium's letters by operation; other operations are of definitions. */
const operations: Readonly<Record<string, string>> = { insert: 'c', update: 'u', replace: 'u', delete: 'd' };

type Format = 'document' | 'json' | 'bson';

/** How the driver is to read values, so that the formats asked for lose nothing. */
export function bsonOptions(config: SourceConfig): BSON.DeserializeOptions {
  const typed =
    needsTypedNumbers(config['output.json.formatter'] as JsonMode) ||
    config['output.format.key'] === 'bson' ||
    config['output.format.value'] === 'bson';
  return { bsonRegExp: true, ...(typed && { promoteValues: false }) };
}

/** Makes records of documents and change events. */
export class RecordMaker {
  readonly #config: SourceConfig;
  readonly #partition: SourcePartition;
  readonly #mode: JsonMode;
  readonly #topics: TopicNames;

  constructor(config: SourceConfig, partition: SourcePartition) {
    this.#config = config;
    this.#partition = partition;
    this.#mode = config['output.json.formatter'] as JsonMode;
    this.#topics = new TopicNames(config);
  }

  /** A document that was there before; `whole` is the insertion that it would have come by. */
  copied(namespace: Namespace, document: Document, position: Position): SourceRecord {
    const documentKey = { _id: document._id };
    const { db, coll } = splitNamespace(namespace);
    const whole = {
      _id: { ...documentKey, copyingData: true },
      operationType: 'insert',
      ns: { db, coll },
      documentKey,
      fullDocument: document,
    };
    const value = this.#config['publish.full.document.only'] ? document : whole;
    return this.#record('r', namespace, { key: this.#keyOf(whole), value, timestamp: null }, position);
  }

  /** Null for what is not published: events of definitions where documents are, and documents that are gone already. */
  changed(event: ChangeEvent, position: Position): SourceRecord | null {
    const namespace = namespaceOf(event.ns?.db ?? '', event.ns?.coll ?? '');
    const operation = operations[event.operationType ?? ''];
    const timestamp =
      event.wallTime?.getTime() ?? (event.clusterTime ? secondsOf(event.clusterTime) * 1000 : null);
    const key = this.#keyOf(event);
    if (!this.#config['publish.full.document.only'])
      return this.#record(operation ?? null, namespace, { key, value: event, timestamp }, position);
    if (operation === undefined) return null;
    if (operation === 'd') {
      const wanted = this.#config['publish.full.document.only.tombstone.on.delete'];
      return wanted ? this.#record('d', namespace, { key, value: null, timestamp }, position) : null;
    }
    const value = event.fullDocument ?? null;
    // Looked up after its deletion, which is yet to come.
    if (value === null) return null;
    return this.#record(operation, namespace, { key, value, timestamp }, position);
  }

  /** Stores a position while nothing else does. */
  heartbeat(position: Position, nowMs: number): SourceRecord {
    return {
      topic: this.#config['heartbeat.topic.name'],
      partition: null,
      key: String(this.#partition.ns),
      keySchema: text,
      value: jsonText({ ts_ms: nowMs, ...toOffset(position) }),
      valueSchema: text,
      headers: [],
      timestamp: nowMs,
      sourcePartition: this.#partition,
      sourceOffset: toOffset(position),
    };
  }

  #keyOf(event: { readonly _id?: unknown; readonly documentKey?: Document | undefined }): Document {
    const own = this.#config['change.stream.document.key.as.key'] ? event.documentKey : undefined;
    return own ?? { _id: event._id };
  }

  #record(
    operation: string | null,
    namespace: Namespace,
    content: { readonly key: Document; readonly value: Document | null; readonly timestamp: number | null },
    position: Position,
  ): SourceRecord {
    const key = this.#encoded(content.key, this.#config['output.format.key'] as Format);
    const value =
      content.value && this.#encoded(content.value, this.#config['output.format.value'] as Format);
    const headers: Header[] = [{ key: '__ns', value: namespace, schema: text }];
    if (operation !== null) headers.push({ key: '__op', value: operation, schema: text });
    if (content.timestamp !== null) headers.push({ key: '__ts_ms', value: content.timestamp, schema: long });
    return {
      topic: this.#topics.of(namespace),
      partition: null,
      key: key.value,
      ...(key.schema && { keySchema: key.schema }),
      value: value === null ? null : value.value,
      ...(value?.schema && { valueSchema: value.schema }),
      headers,
      timestamp: content.timestamp,
      sourcePartition: this.#partition,
      sourceOffset: toOffset(position),
    };
  }

  #encoded(document: Document, format: Format): { readonly value: unknown; readonly schema?: Schema } {
    if (format === 'bson') return { value: Buffer.from(BSON.serialize(document)), schema: bytes };
    const json = toJson(document, this.#mode);
    return format === 'json' ? { value: jsonText(json), schema: text } : { value: json };
  }
}
