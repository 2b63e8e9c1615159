import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type { GroupRecord } from './records.ts';

declare const response: unique symbol;

/** Where an answer goes, and what kind it is: a number that the shell gave with the command. */
export type ReplyTo<Response> = number & { readonly [response]?: (answer: Response) => void };

/** To be done in the listed order. */
export type GroupEffect =
  | { readonly kind: 'reply'; readonly to: number; readonly response: unknown }
  /**
   * Append as one batch and replay at once; `done` is called when it is committed, or with the reason when it was not
   * appended or lost. What is answered from `done` is safe from a crash.
   */
  | {
      readonly kind: 'append';
      readonly records: readonly GroupRecord[];
      readonly done: (error: ErrorName | null, now: Now) => readonly GroupEffect[];
    }
  /** Replaces a timer of the same key. */
  | {
      readonly kind: 'timer';
      readonly key: string;
      readonly afterMs: number;
      readonly fire: (now: Now) => readonly GroupEffect[];
    }
  | { readonly kind: 'cancel'; readonly key: string };

/** Collects the effects of one command. */
export class Outbox {
  readonly effects: GroupEffect[] = [];

  reply<Response>(to: ReplyTo<Response>, answer: Response): void {
    this.effects.push({ kind: 'reply', to, response: answer });
  }

  append(
    records: readonly GroupRecord[],
    done: (error: ErrorName | null, now: Now, out: Outbox) => void,
  ): void {
    this.effects.push({
      kind: 'append',
      records,
      done: (error, now) => collect((out) => done(error, now, out)),
    });
  }

  timer(key: string, afterMs: number, fire: (now: Now, out: Outbox) => void): void {
    this.effects.push({ kind: 'timer', key, afterMs, fire: (now) => collect((out) => fire(now, out)) });
  }

  cancel(key: string): void {
    this.effects.push({ kind: 'cancel', key });
  }
}

/** Runs a command and gives what it wants done. */
export function collect(run: (out: Outbox) => void): readonly GroupEffect[] {
  const out = new Outbox();
  run(out);
  return out.effects;
}

/** What an error of the append means to members, as Kafka words it. */
export function appendErrorToMember(error: ErrorName): ErrorName {
  switch (error) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'NOT_ENOUGH_REPLICAS':
    case 'REQUEST_TIMED_OUT':
      return 'COORDINATOR_NOT_AVAILABLE';
    case 'NOT_LEADER_OR_FOLLOWER':
    case 'KAFKA_STORAGE_ERROR':
      return 'NOT_COORDINATOR';
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
    case 'INVALID_FETCH_SIZE':
      return 'UNKNOWN_SERVER_ERROR';
    default:
      return error;
  }
}
