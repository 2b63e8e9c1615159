import { MillraceError, type SinkRecord } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { Expression } from './expression.ts';

/** https://www.elastic.co/guide/en/elasticsearch/reference/8.19/indices-create-index.html#indices-create-api-path-params */
const NAME = /^(?![-_+]|\.{1,2}$)[^A-Z\\/*?"<>|\s,#:]+$/;
const NAME_MAX_BYTES = 255;

/** Whether records go to data streams. */
export const writesStreams = (config: SinkConfig): boolean => config['data.stream.type'] !== 'none';

/** The index, alias or data stream that a record goes to. */
export class TargetNames {
  readonly #option: string;
  readonly #name: Expression;

  constructor(config: SinkConfig) {
    const { 'data.stream.type': type, 'data.stream.dataset': dataset } = config;
    this.#option = writesStreams(config) ? 'data.stream.namespace' : 'index';
    const text = writesStreams(config)
      ? `${type}-${dataset}-${config['data.stream.namespace']}`
      : config.index;
    this.#name = new Expression(text, this.#option);
  }

  /** The one name that all records have; null where they differ. */
  get only(): string | null {
    return this.#name.isConstant ? this.#name.pattern.toLowerCase() : null;
  }

  /** @throws {MillraceError} class poison where the record gives no name that an index may have */
  of(record: SinkRecord): string {
    const name = this.#name.of(record).toLowerCase();
    if (NAME.test(name) && Buffer.byteLength(name) <= NAME_MAX_BYTES) return name;
    throw this.refusal();
  }

  /** For a record whose name the servers refuse, who know best what they take. */
  refusal(cause?: unknown): MillraceError {
    return new MillraceError('The record gives a name that no index may have.', {
      code: 'ELASTICSEARCH_NAME_INVALID',
      class: 'poison',
      path: this.#option,
      hint: 'Names are up to 255 bytes, do not begin with -, _ or +, and have none of \\ / * ? " < > | , # : or spaces in them.',
      ...(cause !== undefined && { cause }),
    });
  }
}
