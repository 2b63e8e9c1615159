import { type Converter, defineConfig, defineConverter, Misfit, parseValue, valueText } from '@millrace/sdk';
import { poison } from './poison.ts';

/** Kafka Connect's SimpleHeaderConverter, which is what `header.converter` is by default. */
export const simpleHeaderConverter = defineConverter({
  class: 'SimpleHeaderConverter',
  aliases: ['org.apache.kafka.connect.storage.SimpleHeaderConverter'],
  version: '0.1.0',
  docs: 'Headers as text: strings as they are, lists and maps as JSON; numbers, booleans, dates, lists and maps are recognised in reading.',
  config: defineConfig({}),
  create: (): Converter => ({
    fromConnect: (topic, schema, value) => {
      if (value === null || value === undefined) return null;
      try {
        return Buffer.from(valueText(schema, value));
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        const hint = 'Give the header a value of text, a number, a boolean, a date, bytes, a list or a map.';
        throw poison(
          `SimpleHeaderConverter can't write a header of topic ${topic}`,
          { code: 'HEADER_WITHOUT_TEXT', hint },
          error,
        );
      }
    },
    toConnect: (_topic, bytes) =>
      bytes === null ? { value: null } : (parseValue(bytes.toString()) ?? { value: null }),
  }),
});
