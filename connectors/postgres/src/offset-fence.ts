import {
  isOfAnotherTopic,
  MillraceError,
  type OpenedPartition,
  type RecordPlace,
  type TopicPartition,
} from '@millrace/sdk';
import type pg from 'pg';
import { quoteIdent, type Row, type Session } from './connection.ts';
import { sqlStateOf } from './errors.ts';
import { quoteTableName, type TableName } from './target-table.ts';

interface Claim extends OpenedPartition {
  readonly epoch: string;
  /** Null: in doubt, to be read again. */
  row: StoredOffset | null;
}

/** What the row of a partition says. */
interface StoredOffset {
  /** Of the record to be written next. */
  readonly offset: number;
  /** Of the topic that it was written of; null where that is not known. */
  readonly topicId: string | null;
}

/** How far a transaction moves a partition: offsets of the record to be written next. */
interface Move extends TopicPartition {
  readonly from: number;
  to: number;
}

/** SQLSTATEs of a table that somebody else makes at the same time. */
const ALREADY_THERE = new Set(['42P06', '42P07', '23505']);

/** Parses `offsets.table`. */
export function offsetsTable(setting: string): TableName {
  const [first = '', ...rest] = setting.split('.');
  return rest.length === 0 ? { schema: null, name: first } : { schema: first, name: rest.join('.') };
}

/**
 * Offsets of one connector in the target, a row for each partition. Who is given a partition raises its epoch under the row's lock, and each
 * transaction checks and moves its rows before it writes: a task that was declared dead and lives on can write nothing more, and a batch
 * that comes again is passed over as far as it was written. A topic that was made anew begins anew, by its id: its row is another's until
 * something of it is written.
 */
export class OffsetFence {
  readonly #session: Session;
  readonly #table: TableName;
  readonly #quoted: string;
  readonly #connector: string;
  readonly #claims = new Map<string, Claim>();

  constructor(session: Session, table: TableName, connector: string) {
    this.#session = session;
    this.#table = table;
    this.#quoted = quoteTableName(table);
    this.#connector = connector;
  }

  /** Makes the table where it is missing. @throws {MillraceError} */
  async prepare(): Promise<void> {
    const { schema } = this.#table;
    const columns =
      'connector text, topic text, partition int, next_offset bigint NOT NULL, epoch bigint NOT NULL, topic_id text, PRIMARY KEY (connector, topic, partition)';
    const [found] = await this.#ask(
      `SELECT to_regclass($1) IS NOT NULL AS there,
              EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'topic_id') AS current`,
      [this.#quoted],
    );
    try {
      if (found?.there === 't') {
        // Tables of earlier versions know of no ids.
        if (found.current !== 't')
          await this.#ask(`ALTER TABLE ${this.#quoted} ADD COLUMN IF NOT EXISTS topic_id text`, []);
        return;
      }
      if (schema !== null) await this.#ask(`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(schema)}`, []);
      await this.#ask(`CREATE TABLE IF NOT EXISTS ${this.#quoted} (${columns})`, []);
    } catch (error) {
      const state = sqlStateOf(error instanceof MillraceError ? error.details.cause : error);
      if (state === null || !ALREADY_THERE.has(state)) throw error;
    }
  }

  /** Takes partitions from whoever had them; waits for what that one is just committing. */
  async take(partitions: readonly OpenedPartition[]): Promise<void> {
    const rows = await this.#ask(
      `INSERT INTO ${this.#quoted} AS t (connector, topic, partition, next_offset, epoch, topic_id)
       SELECT $1, v.topic, v.partition, 0, 1, v.topic_id
         FROM unnest($2::text[], $3::int[], $4::text[]) AS v(topic, partition, topic_id) ORDER BY 2, 3
       ON CONFLICT (connector, topic, partition)
         DO UPDATE SET epoch = t.epoch + 1, topic_id = coalesce(t.topic_id, EXCLUDED.topic_id)
       RETURNING topic, partition, next_offset, epoch, topic_id`,
      [
        this.#connector,
        partitions.map(({ topic }) => topic),
        partitions.map(({ partition }) => partition),
        partitions.map(({ topicId }) => topicId),
      ],
    );
    const ids = new Map(partitions.map((one) => [nameOf(one), one.topicId]));
    for (const row of rows) {
      const at = { topic: row.topic ?? '', partition: Number(row.partition) };
      const topicId = ids.get(nameOf(at)) ?? null;
      this.#claims.set(nameOf(at), { ...at, topicId, epoch: row.epoch ?? '', row: storedOf(row) });
    }
  }

  /** Gives a partition back. */
  drop(partition: TopicPartition): void {
    this.#claims.delete(nameOf(partition));
  }

  /** Of records in their order, those that were not written yet. @throws {MillraceError} POSTGRES_FENCED */
  async fresh<R>(records: readonly R[], placeOf: (record: R) => RecordPlace): Promise<readonly R[]> {
    await this.#know(records.map(placeOf));
    return records.filter((record) => {
      const place = placeOf(record);
      return place.offset >= nextOf(this.#claims.get(nameOf(place)));
    });
  }

  /**
   * Within a transaction, first of all: moves the rows behind these records. Answers what is to be called when it is committed.
   * @throws {MillraceError} class transient where they are not where they were: `fresh` looks again, and says who is fenced
   */
  async advance(client: pg.Client, places: readonly RecordPlace[]): Promise<() => void> {
    const moves = this.#moves(places);
    const claims = moves.map((move) => this.#claims.get(nameOf(move)));
    const { rowCount } = await client.query({
      text: `UPDATE ${this.#quoted} AS t SET next_offset = v.next, topic_id = coalesce(v.topic_id, t.topic_id)
               FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
                      AS v(topic, partition, epoch, before, next, topic_id)
              WHERE t.connector = $1 AND t.topic = v.topic AND t.partition = v.partition
                AND t.epoch = v.epoch AND t.next_offset = v.before`,
      values: [
        this.#connector,
        moves.map(({ topic }) => topic),
        moves.map(({ partition }) => partition),
        claims.map((claim) => claim?.epoch ?? '-1'),
        moves.map(({ from }) => from),
        moves.map(({ to }) => to),
        claims.map((claim) => claim?.topicId ?? null),
      ],
      name: 'millrace_offsets',
    });
    if (rowCount !== moves.length) throw moved();
    return () => {
      for (const [index, { to }] of moves.entries()) {
        const claim = claims[index];
        if (claim) claim.row = { offset: to, topicId: claim.topicId ?? claim.row?.topicId ?? null };
      }
    };
  }

  /** After a transaction that may have been committed or not: what is stored tells. */
  doubt(): void {
    for (const claim of this.#claims.values()) claim.row = null;
  }

  /** Sets offsets, for whoever takes the partitions next, and of whichever topic: who has them now is fenced. */
  async set(positions: readonly RecordPlace[]): Promise<void> {
    await this.#ask(
      `INSERT INTO ${this.#quoted} AS t (connector, topic, partition, next_offset, epoch)
       SELECT $1, v.*, 1 FROM unnest($2::text[], $3::int[], $4::bigint[]) AS v(topic, partition, next)
       ON CONFLICT (connector, topic, partition) DO UPDATE SET epoch = t.epoch + 1, next_offset = EXCLUDED.next_offset, topic_id = NULL`,
      [
        this.#connector,
        positions.map(({ topic }) => topic),
        positions.map(({ partition }) => partition),
        positions.map(({ offset }) => offset),
      ],
    );
  }

  /** The same with all partitions, to the beginning. */
  async reset(): Promise<void> {
    const text = `UPDATE ${this.#quoted} SET epoch = epoch + 1, next_offset = 0, topic_id = NULL WHERE connector = $1`;
    await this.#ask(text, [this.#connector]);
  }

  #moves(places: readonly RecordPlace[]): readonly Move[] {
    const moves = new Map<string, Move>();
    for (const place of places) {
      const name = nameOf(place);
      const move = moves.get(name);
      if (move) move.to = Math.max(move.to, place.offset + 1);
      else {
        const { topic, partition, offset } = place;
        moves.set(name, { topic, partition, from: this.#claims.get(name)?.row?.offset ?? 0, to: offset + 1 });
      }
    }
    return [...moves.values()];
  }

  /** Partitions that nobody announced are taken; those in doubt are read again. */
  async #know(places: readonly RecordPlace[]): Promise<void> {
    const names = new Map(places.map((place) => [nameOf(place), place]));
    const unknown = [...names].flatMap(([name, place]) => (this.#claims.has(name) ? [] : [place]));
    if (unknown.length > 0) await this.take(unknown.map((place) => ({ ...place, topicId: null })));
    const doubtful = [...this.#claims.values()].filter(({ row }) => row === null);
    if (doubtful.length === 0) return;
    const rows = await this.#ask(
      `SELECT topic, partition, next_offset, epoch, topic_id FROM ${this.#quoted} WHERE connector = $1`,
      [this.#connector],
    );
    const stored = new Map(
      rows.map((row) => [nameOf({ topic: row.topic ?? '', partition: Number(row.partition) }), row]),
    );
    for (const claim of doubtful) {
      const row = stored.get(nameOf(claim));
      if (row?.epoch !== claim.epoch) throw fenced(claim);
      claim.row = storedOf(row);
    }
  }

  #ask(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#session.query(text, values, `Keeping offsets in ${this.#quoted}`);
  }
}

const storedOf = (row: Row): StoredOffset => ({
  offset: Number(row.next_offset),
  topicId: row.topic_id ?? null,
});

/** The offset of the record to be written next: what was written of another topic of that name does not count. */
function nextOf(claim: Claim | undefined): number {
  const { topicId = null, row = null } = claim ?? {};
  return isOfAnotherTopic(row?.topicId, topicId) ? 0 : (row?.offset ?? 0);
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

const moved = (): MillraceError =>
  new MillraceError('The stored offsets are not where they were.', {
    code: 'POSTGRES_OFFSET_MOVED',
    class: 'transient',
  });

function fenced({ topic, partition }: TopicPartition): MillraceError {
  return new MillraceError(`Another task has taken over partition ${partition} of ${topic}.`, {
    code: 'POSTGRES_FENCED',
    class: 'transient',
    hint: 'Nothing, if it happens once: the partition went to another task. If it goes on, two connectors of one name write to this database.',
  });
}
