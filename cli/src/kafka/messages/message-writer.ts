import { createProducer, type Producer, type ProducerRecord } from '@millrace/client';
import { type Logger, MillraceError } from '@millrace/foundation';
import type { Messages, SentMessage } from '@millrace/rest-api';

/** How long `close` waits for what is under way, ms. */
const CLOSE_TIMEOUT_MS = 1_000;
/** From the request to its refusal, ms: a person waits. */
const DELIVERY_TIMEOUT_MS = 20_000;

/** Writes the messages that people send; its producer is made with the first. */
export class MessageWriter {
  readonly #options: { readonly bootstrapServers: readonly string[]; readonly logger: Logger };
  #producer: Producer | null = null;

  constructor(options: { readonly bootstrapServers: readonly string[]; readonly logger: Logger }) {
    this.#options = options;
  }

  /** See {@link Messages}. @throws {MillraceError} BAD_REQUEST for text that is not what its encoding says */
  produce: Messages['produce'] = async (topic, messages) => {
    const records = messages.map((message, index) => recordOf(topic, message, index));
    this.#producer ??= createProducer({
      ...this.#options,
      ...{ clientId: 'millrace-message-writer', lingerMs: 0, deliveryTimeoutMs: DELIVERY_TIMEOUT_MS },
    });
    const written = await this.#producer.send(records);
    return written.map(({ partition, offset, timestamp }) => ({ partition, offset, timestamp }));
  };

  async close(): Promise<void> {
    await this.#producer?.close(CLOSE_TIMEOUT_MS);
  }
}

function recordOf(topic: string, message: SentMessage, index: number): ProducerRecord {
  const at = `messages/${index}`;
  const { partition, timestamp, headers } = message;
  return {
    topic,
    ...(partition === undefined ? {} : { partition }),
    ...(timestamp === undefined ? {} : { timestamp }),
    key: bytesOf(message.key ?? null, `${at}/key`),
    value: bytesOf(message.value, `${at}/value`),
    headers: (headers ?? []).map((header, place) => ({
      key: header.key,
      value: bytesOf(header.value, `${at}/headers/${place}/value`),
    })),
  };
}

function bytesOf(sent: SentMessage['value'], path: string): Buffer | null {
  if (sent === null) return null;
  const { encoding, text } = sent;
  if (encoding === 'json') checkJson(text, path);
  if (encoding === 'hex' && !/^(?:[0-9a-f]{2})*$/i.test(text)) throw notSo(path, 'hexadecimal');
  if (encoding === 'base64' && !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw notSo(path, 'base64');
  return Buffer.from(text, encoding === 'hex' || encoding === 'base64' ? encoding : 'utf8');
}

function checkJson(text: string, path: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw notSo(path, `JSON: ${(error as Error).message}`);
  }
}

function notSo(path: string, what: string): MillraceError {
  return new MillraceError(`The text at ${path} is not ${what}.`, {
    ...{ code: 'BAD_REQUEST', class: 'config', path },
    hint: 'Correct it, or say another "encoding".',
  });
}
