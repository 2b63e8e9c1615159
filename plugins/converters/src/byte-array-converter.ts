import { type Converter, defineConfig, defineConverter, kindOf, Misfit, type Schema } from '@millrace/sdk';
import { poison } from './poison.ts';

const OPTIONAL_BYTES: Schema = { type: 'bytes', optional: true };

/** Kafka Connect's ByteArrayConverter: bytes pass as they are. */
export const byteArrayConverter = defineConverter({
  class: 'ByteArrayConverter',
  aliases: ['org.apache.kafka.connect.converters.ByteArrayConverter'],
  version: '0.1.0',
  docs: 'Bytes as they are; a value that is not bytes is refused.',
  config: defineConfig({}),
  create: (): Converter => ({
    fromConnect: (topic, schema, value) => {
      if (schema !== undefined && schema.type !== 'bytes')
        throw notBytes(topic, `its schema is ${schema.type}`);
      if (value === null || value === undefined) return null;
      if (!(value instanceof Uint8Array)) throw notBytes(topic, `it is ${kindOf(value)}`);
      return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    },
    toConnect: (_topic, bytes) => ({ value: bytes, schema: OPTIONAL_BYTES }),
  }),
});

const notBytes = (topic: string, reason: string) =>
  poison(
    `ByteArrayConverter writes bytes only, and a value of topic ${topic} is none`,
    {
      code: 'VALUE_NOT_BYTES',
      hint: 'Use StringConverter for text, JsonConverter for structures and numbers.',
    },
    new Misfit(reason),
  );
