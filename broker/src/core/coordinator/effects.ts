import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';

declare const response: unique symbol;

/** Where an answer goes, and what kind it is: a number that the shell gave with the command. */
export type ReplyTo<Response> = number & { readonly [response]?: (answer: Response) => void };

/** Who a coordinator's records are written for, where they are part of a transaction. */
export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** How a transaction ends on each of its partitions. */
export interface TransactionEnd extends ProducerIdentity {
  readonly isAbort: boolean;
  /** Of the transaction coordinator's partition. */
  readonly coordinatorEpoch: number;
  /** The version of transactions that the producer used. */
  readonly transactionVersion: number;
}

/** Partitions by topic. */
export type PartitionsByTopic = ReadonlyMap<string, ReadonlySet<number>>;

type Next<Rec> = readonly CoordinatorEffect<Rec>[];

/** What a coordinator's core wants done with records of its kind, in the listed order. */
export type CoordinatorEffect<Rec> =
  | { readonly kind: 'reply'; readonly to: number; readonly response: unknown }
  /**
   * Append as one batch and replay at once; `done` is called when it is committed, or with the reason when it was not
   * appended or lost. What is answered from `done` is safe from a crash. With a producer it is a batch of its transaction.
   * Records that need not be one, as tombstones, become as many batches as the topic's `max.message.bytes` makes of them; where the
   * log refuses one of these, those before it stand.
   */
  | {
      readonly kind: 'append';
      readonly records: readonly Rec[];
      readonly isOne: boolean;
      readonly producer: ProducerIdentity | null;
      readonly done: (error: ErrorName | null, now: Now) => Next<Rec>;
    }
  /** Once everything that was appended so far is committed; what is answered from state rests on it. */
  | {
      readonly kind: 'settle';
      readonly done: (error: ErrorName | null, now: Now) => Next<Rec>;
    }
  /** Append the marker of a transaction to the coordinator's own partition, and replay it at once. */
  | {
      readonly kind: 'marker';
      readonly end: TransactionEnd;
      readonly done: (error: ErrorName | null, now: Now) => Next<Rec>;
    }
  /** Have markers written to partitions wherever they are led; `done` with those to be tried again. */
  | {
      readonly kind: 'write-markers';
      readonly end: TransactionEnd;
      readonly partitions: PartitionsByTopic;
      readonly done: (outcome: MarkersOutcome, now: Now) => Next<Rec>;
    }
  /** Go on with the state as the effects before this one leave it. */
  | { readonly kind: 'next'; readonly run: (now: Now) => Next<Rec> }
  /** Replaces a timer of the same key. */
  | {
      readonly kind: 'timer';
      readonly key: string;
      readonly afterMs: number;
      readonly fire: (now: Now) => Next<Rec>;
    }
  | { readonly kind: 'cancel'; readonly key: string };

export interface MarkersOutcome {
  /** Those that did not take the marker now, but may later. */
  readonly left: PartitionsByTopic;
  /** A newer coordinator or producer has been there: this transaction is not ours to end any more. */
  readonly isFenced: boolean;
}

/** What a shell keeps for a core: state that changes by replay alone, and what is done once it is whole. */
export interface CoordinatorState<Rec> {
  /** A record that stands in the log at `offset`; of a transaction that is not decided, where there is a producer id. */
  replay(record: Rec, at: { readonly offset: number; readonly producerId: number | null }): void;
  /** A marker that stands in the log. */
  replayMarker(producerId: number, isAbort: boolean): void;
  /** The log is replayed to its end. */
  loaded(now: Now): readonly CoordinatorEffect<Rec>[];
}

/** Collects the effects of one command. */
export class EffectOutbox<Rec> {
  readonly effects: CoordinatorEffect<Rec>[] = [];

  reply<Response>(to: ReplyTo<Response>, answer: Response): void {
    this.effects.push({ kind: 'reply', to, response: answer });
  }

  append(
    records: readonly Rec[],
    done: (error: ErrorName | null, now: Now, out: EffectOutbox<Rec>) => void,
    producer: ProducerIdentity | null = null,
  ): void {
    this.effects.push({
      kind: 'append',
      records,
      isOne: true,
      producer,
      done: (error, now) => collectEffects((out) => done(error, now, out)),
    });
  }

  /** As `append`, of records that each say something by themselves. */
  appendApart(
    records: readonly Rec[],
    done: (error: ErrorName | null, now: Now, out: EffectOutbox<Rec>) => void,
  ): void {
    this.effects.push({
      kind: 'append',
      records,
      isOne: false,
      producer: null,
      done: (error, now) => collectEffects((out) => done(error, now, out)),
    });
  }

  /** Appends where there is something to append; either way `done` comes when the state as it is then is committed. */
  appendOrSettle(
    records: readonly Rec[],
    done: (error: ErrorName | null, now: Now, out: EffectOutbox<Rec>) => void,
  ): void {
    if (records.length > 0) this.append(records, done);
    else
      this.effects.push({
        kind: 'settle',
        done: (error, now) => collectEffects((out) => done(error, now, out)),
      });
  }

  marker(
    end: TransactionEnd,
    done: (error: ErrorName | null, now: Now, out: EffectOutbox<Rec>) => void,
  ): void {
    this.effects.push({
      kind: 'marker',
      end,
      done: (error, now) => collectEffects((out) => done(error, now, out)),
    });
  }

  writeMarkers(
    end: TransactionEnd,
    partitions: PartitionsByTopic,
    done: (outcome: MarkersOutcome, now: Now, out: EffectOutbox<Rec>) => void,
  ): void {
    this.effects.push({
      kind: 'write-markers',
      end,
      partitions,
      done: (outcome, now) => collectEffects((out) => done(outcome, now, out)),
    });
  }

  next(run: (now: Now, out: EffectOutbox<Rec>) => void): void {
    this.effects.push({ kind: 'next', run: (now) => collectEffects((out) => run(now, out)) });
  }

  timer(key: string, afterMs: number, fire: (now: Now, out: EffectOutbox<Rec>) => void): void {
    this.effects.push({
      kind: 'timer',
      key,
      afterMs,
      fire: (now) => collectEffects((out) => fire(now, out)),
    });
  }

  cancel(key: string): void {
    this.effects.push({ kind: 'cancel', key });
  }
}

/** Runs a command and gives what it wants done. */
export function collectEffects<Rec>(
  run: (out: EffectOutbox<Rec>) => void,
): readonly CoordinatorEffect<Rec>[] {
  const out = new EffectOutbox<Rec>();
  run(out);
  return out.effects;
}

/** What an error of an append means to a coordinator's clients, as Kafka words it. */
export function appendErrorToClient(error: ErrorName): ErrorName {
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
