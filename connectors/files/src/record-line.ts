import { jsonText, MillraceError, Misfit, type SinkRecord } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';

export type LineFormat = 'value' | 'metadata' | 'text';

/** How records become lines by these options. */
export function lineFormat(config: SinkConfig): LineFormat {
  if (config.format === 'lines') return 'text';
  return config['include.metadata'] ? 'metadata' : 'value';
}

/**
 * A record as one line, without its newline; null where the format passes it over.
 *
 * JSON: bigints as number literals, bytes as base64, dates as ISO 8601. Text: texts and bytes as they are, other
 * values as JSON; a null has no line.
 * @throws {MillraceError} class poison for what does not fit on a line
 */
export function recordLine(record: SinkRecord, format: LineFormat): string | null {
  try {
    switch (format) {
      case 'value':
        return jsonText(record.value ?? null);
      case 'metadata': {
        const { topic, partition, offset, timestamp, key, value } = record;
        return jsonText({ topic, partition, offset, timestamp, key: key ?? null, value: value ?? null });
      }
      case 'text':
        return textLine(record.value);
    }
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const { topic, partition, offset } = record;
    throw new MillraceError(`A value of topic ${topic} can't be written as a line: ${error.message}.`, {
      code: 'VALUE_NOT_A_LINE',
      class: 'poison',
      record: { topic, partition, offset },
      hint: 'Use format=jsonl, or mend the value where the records are made.',
      ...(error.pointer === '' ? {} : { path: error.pointer }),
    });
  }
}

function textLine(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text =
    typeof value === 'string' ? value : Buffer.isBuffer(value) ? value.toString() : jsonText(value);
  if (text.includes('\n')) throw new Misfit('it has a line break');
  return text;
}
