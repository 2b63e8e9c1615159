import {
  type HeaderBytes,
  hashOf,
  numberIn,
  type RecordOrigin,
  redriveCountOf,
  textIn,
} from './redrive-marks.ts';

/** What a dead letter says of itself, by its headers; null what it does not say. */
export interface LetterFacts {
  readonly connector: string | null;
  readonly task: number | null;
  readonly origin: RecordOrigin | null;
  /** Our word for the stage, as in errors and figures of tasks. */
  readonly stage: string | null;
  readonly code: string | null;
  readonly class: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  /** How often it was sent again before. */
  readonly redrives: number;
  /** Names what went wrong, the same for all letters of one cause. */
  readonly cause: string;
}

/** Kafka Connect's stages (KIP-298), which stand in the headers, in the words of everything else here. */
const STAGES: ReadonlyMap<string, string> = new Map([
  ['TASK_POLL', 'poll'],
  ['KAFKA_CONSUME', 'fetch'],
  ['KEY_CONVERTER', 'convert'],
  ['VALUE_CONVERTER', 'convert'],
  ['HEADER_CONVERTER', 'convert'],
  ['TRANSFORMATION', 'transform'],
  ['KAFKA_PRODUCE', 'produce'],
  ['TASK_PUT', 'put'],
]);

/** Letters of one cause. */
export interface CauseGroup {
  readonly cause: string;
  readonly code: string | null;
  readonly class: string | null;
  readonly stage: string | null;
  /** The message with its changing parts left out. */
  readonly shape: string | null;
  readonly hint: string | null;
  count: number;
  firstAtMs: number;
  lastAtMs: number;
}

export function letterFacts(headers: readonly HeaderBytes[]): LetterFacts {
  const topic = textIn(headers, '__connect.errors.topic');
  const partition = numberIn(headers, '__connect.errors.partition');
  const offset = numberIn(headers, '__connect.errors.offset');
  const stage = textIn(headers, '__connect.errors.stage');
  const code =
    textIn(headers, 'millrace.error.code') ?? textIn(headers, '__connect.errors.exception.class.name');
  const message = textIn(headers, '__connect.errors.exception.message');
  return {
    connector: textIn(headers, '__connect.errors.connector.name'),
    task: numberIn(headers, '__connect.errors.task.id'),
    origin: topic === null || partition === null || offset === null ? null : { topic, partition, offset },
    stage: stage === null ? null : (STAGES.get(stage) ?? stage),
    code,
    class: textIn(headers, 'millrace.error.class'),
    message,
    hint: textIn(headers, 'millrace.error.hint'),
    redrives: redriveCountOf(headers),
    cause: hashOf(JSON.stringify([code, stage, message === null ? null : shapeOf(message)])),
  };
}

/** A message with what differs from record to record left out: quoted texts, numbers, ids. */
export function shapeOf(message: string): string {
  return message
    .replace(/"(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`/g, '"…"')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '…')
    .replace(/\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)[0-9a-f]{16,}\b/gi, '…')
    .replace(/[-+]?\d+(?:[.,:]\d+)*/g, '#');
}

/** Groups letters, the most frequent cause first. */
export function groupByCause(
  letters: readonly { readonly facts: LetterFacts; readonly timestamp: number }[],
): readonly CauseGroup[] {
  const groups = new Map<string, CauseGroup>();
  for (const { facts, timestamp } of letters) {
    const { cause, code, class: errorClass, stage, message, hint } = facts;
    const known = groups.get(cause);
    if (known) {
      known.count++;
      known.firstAtMs = Math.min(known.firstAtMs, timestamp);
      known.lastAtMs = Math.max(known.lastAtMs, timestamp);
      continue;
    }
    const shape = message === null ? null : shapeOf(message);
    groups.set(cause, {
      ...{ cause, code, class: errorClass, stage, shape, hint },
      ...{ count: 1, firstAtMs: timestamp, lastAtMs: timestamp },
    });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || b.lastAtMs - a.lastAtMs);
}
