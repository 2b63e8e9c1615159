import { isMillraceError, MillraceError, type SinkRecord } from '@millrace/sdk';
import type { SinkConfig, WriteMethod } from './config.ts';
import { documentText, stampedText } from './document.ts';
import { Expression } from './expression.ts';
import { TargetNames, writesStreams } from './target-names.ts';

/** What a record does, and to which document. */
interface Deed {
  readonly record: SinkRecord;
  readonly operation: 'index' | 'create' | 'update' | 'delete';
  readonly index: string;
  /** Null: Elasticsearch makes one. */
  readonly id: string | null;
}

/** What a record does, as two lines of a bulk request. */
export class WriteAction {
  readonly record: SinkRecord;
  readonly operation: Deed['operation'];
  readonly index: string;
  /** What its order is kept by: index and _id. Null: a new document. */
  readonly document: string | null;
  readonly #write: () => string;
  #lines: string | null = null;
  #bytes = 0;

  /** @param write makes the lines */
  constructor({ record, operation, index, id }: Deed, write: () => string) {
    this.record = record;
    this.operation = operation;
    this.index = index;
    this.document = id === null ? null : `${index}\n${id}`;
    this.#write = write;
  }

  /**
   * Makes the lines, once: when they are needed and not before, so that servers work on one request while the next is made.
   * @returns why the record can't be written as the config says (class poison); null where it can
   */
  prepare(): MillraceError | null {
    if (this.#lines !== null) return null;
    try {
      this.#lines = this.#write();
      this.#bytes = Buffer.byteLength(this.#lines);
      return null;
    } catch (error) {
      if (isMillraceError(error) && error.class === 'poison') return error;
      throw error;
    }
  }

  /** Once they are made: the lines, each with its line break. */
  get lines(): string {
    return this.#lines ?? '';
  }

  /** Of the lines. */
  get bytes(): number {
    return this.#bytes;
  }
}

const ID_MAX_BYTES = 512;
const VERSION = /^\d{1,18}$/;
/** Two writers of one document meet: the update reads it again. */
const RETRY_ON_CONFLICT = 3;
const COORDINATES = `\${topic}+\${partition}+\${offset}`;

/** Makes bulk actions of records, as the config says. */
export class WriteActions {
  readonly #config: SinkConfig;
  readonly #names: TargetNames;
  readonly #id: Expression | null;
  readonly #version: Expression | null;
  readonly #routing: Expression | null;
  readonly #method: WriteMethod;
  readonly #streams: boolean;

  constructor(config: SinkConfig) {
    this.#config = config;
    this.#names = new TargetNames(config);
    this.#streams = writesStreams(config);
    this.#method = this.#streams ? 'create' : (config['write.method'] as WriteMethod);
    const id = config['document.id'] || (this.#streams ? COORDINATES : `\${key}`);
    this.#id = id === 'auto' ? null : new Expression(id, 'document.id');
    this.#routing = config['document.routing']
      ? new Expression(config['document.routing'], 'document.routing')
      : null;
    this.#version =
      this.#method === 'index' && this.#id && config['document.version']
        ? new Expression(config['document.version'], 'document.version')
        : null;
  }

  /**
   * Null for a tombstone that is passed over.
   * @throws {MillraceError} class poison where index or _id can't be made of the record; its lines may still say the like
   */
  of(record: SinkRecord): WriteAction | null {
    const isTombstone = record.value === null || record.value === undefined;
    if (isTombstone && this.#config['behavior.on.null.values'] === 'ignore') return null;
    if (isTombstone && this.#config['behavior.on.null.values'] === 'fail') throw nullValue();
    const index = this.#names.of(record);
    const id = this.#id ? idOf(this.#id, record) : null;
    const operation = isTombstone ? 'delete' : operationOf(this.#method);
    const deed: Deed = { record, operation, index, id };
    return new WriteAction(
      deed,
      () => `${this.#head(deed)}\n${isTombstone ? '' : `${this.#body(record)}\n`}`,
    );
  }

  #head({ record, operation, index, id }: Deed): string {
    const pipeline = this.#config['ingest.pipeline'];
    let head = `{"${operation}":{"_index":${JSON.stringify(index)}`;
    if (id !== null) head += `,"_id":${JSON.stringify(id)}`;
    if (this.#version)
      head += `,"version":${versionOf(this.#version, record)},"version_type":"${this.#config['document.version.type']}"`;
    if (this.#routing) head += `,"routing":${JSON.stringify(this.#routing.of(record))}`;
    if (operation === 'update') head += `,"retry_on_conflict":${RETRY_ON_CONFLICT}`;
    else if (pipeline && operation !== 'delete') head += `,"pipeline":${JSON.stringify(pipeline)}`;
    return `${head}}}`;
  }

  #body(record: SinkRecord): string {
    if (this.#streams) return stampedText(record, this.#config['data.stream.timestamp.field']);
    const text = documentText(record);
    if (this.#method === 'upsert') return `{"doc":${text},"doc_as_upsert":true}`;
    return this.#method === 'update' ? `{"doc":${text}}` : text;
  }
}

const operationOf = (method: WriteMethod): 'index' | 'create' | 'update' =>
  method === 'upsert' ? 'update' : method;

function idOf(expression: Expression, record: SinkRecord): string {
  const id = expression.of(record);
  const length = Buffer.byteLength(id);
  if (length > 0 && length <= ID_MAX_BYTES) return id;
  throw new MillraceError(`The record gives an _id of ${length} bytes.`, {
    code: 'ELASTICSEARCH_ID_INVALID',
    class: 'poison',
    path: 'document.id',
    hint: 'An _id has 1 to 512 bytes; choose another expression.',
  });
}

function versionOf(expression: Expression, record: SinkRecord): string {
  const version = expression.of(record);
  if (VERSION.test(version)) return version;
  throw new MillraceError('The record gives a version that is no whole number.', {
    code: 'ELASTICSEARCH_VERSION_INVALID',
    class: 'poison',
    path: 'document.version',
    hint: 'A version is a whole number from 0 on, of at most 18 digits; choose another expression.',
  });
}

const nullValue = (): MillraceError =>
  new MillraceError('The record has a null value, which behavior.on.null.values=fail refuses.', {
    code: 'ELASTICSEARCH_NULL_VALUE',
    class: 'poison',
    path: 'behavior.on.null.values',
    hint: 'Set it to delete or to ignore.',
  });
