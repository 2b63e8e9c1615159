import { type ConnectRecord, parseExact } from '@millrace/sdk';
import type { SourceConfig } from './config.ts';
import { type HttpAnswer, jsonOf } from './http-exchange.ts';
import { pointedAt } from './json-pointer.ts';
import type { Page } from './page-walk.ts';

/** What an answer holds. @throws {MillraceError} where it is not what response.format says */
export function pageOf(config: SourceConfig, answer: HttpAnswer): Page {
  switch (config['response.format']) {
    case 'text':
      return { answer, document: undefined, items: answer.body.length === 0 ? [] : [answer.body.toString()] };
    case 'jsonl': {
      const items = jsonOf(answer, (text) =>
        text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line) => parseExact(line)),
      );
      return { answer, document: undefined, items };
    }
    default: {
      const isEmpty = answer.body.length === 0;
      const document = isEmpty ? null : jsonOf(answer, parseExact);
      const found = pointedAt(document, config['items.pointer']);
      if (found === undefined || found === null) return { answer, document, items: [] };
      return { answer, document, items: Array.isArray(found) ? found : [found] };
    }
  }
}

/** An item as a record, without where it was read. */
export function recordOf(config: SourceConfig, item: unknown): ConnectRecord {
  const keyPointer = config['key.pointer'];
  const timePointer = config['timestamp.pointer'];
  return {
    topic: config.topic,
    partition: null,
    key: keyPointer === null ? null : (pointedAt(item, keyPointer) ?? null),
    value: item,
    headers: [],
    timestamp: timePointer === null ? null : timeOf(pointedAt(item, timePointer)),
  };
}

/** Null: it is no time, and that of producing does. */
function timeOf(value: unknown): number | null {
  const atMs = typeof value === 'string' ? Date.parse(value) : value;
  return typeof atMs === 'number' && Number.isSafeInteger(atMs) && atMs >= 0 ? atMs : null;
}
