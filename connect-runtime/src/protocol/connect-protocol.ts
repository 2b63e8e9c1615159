import { type Json, type JsonObject, MillraceError } from '@millrace/foundation';
import type { Assignment } from '../core/assignor/assign.ts';
import type { TaskId } from '../core/task-id.ts';

/**
 * The worker protocol inside JoinGroup and SyncGroup (KIP-415, KIP-507): `compatible` is version 1, `sessioned` version 2, with
 * the same bytes. Not in Kafka's message definitions, because Kafka writes it by hand.
 */
export const connectProtocols = [
  { name: 'sessioned', version: 2 },
  { name: 'compatible', version: 1 },
] as const;

/** What a worker says when it joins. */
export interface WorkerState {
  /** Where its REST API answers. */
  readonly url: string;
  /** How far it has read the config topic. */
  readonly configOffset: number;
  readonly held: Assignment;
  /** What only our workers say; null where it is a Java worker. */
  readonly ours: OwnState | null;
}

/**
 * Behind the fields of Kafka Connect's, where Java workers read no further. A worker that says it is told whole
 * assignments; to others only what is new to them is told, as Java's leader does.
 */
export interface OwnState {
  /** It is about to leave, and wants to hand its tasks over first. */
  readonly draining: boolean;
  /** How much work its tasks are, by task key, as far as it knows yet. */
  readonly weights: ReadonlyMap<string, number>;
}

/** What the leader answers to one worker. */
export interface WorkerAssignment {
  /** 0, or 1: the worker had not read the config topic as far as the leader (CONFIG_MISMATCH). */
  readonly error: number;
  readonly leader: string;
  readonly leaderUrl: string;
  readonly configOffset: number;
  readonly assigned: Assignment;
  readonly revoked: Assignment;
  /** How long the leader holds back what a lost worker had, ms. */
  readonly delayMs: number;
  /** Whether `assigned` is all that the worker is to hold, or only what it does not hold yet. */
  readonly whole: boolean;
}

const CONNECTOR_TASK = -1;

export function encodeWorkerState(state: WorkerState, version: number): Buffer {
  const held = state.held.connectors.length + state.held.tasks.length > 0;
  const allocation = held
    ? encodeAssignment(
        {
          error: 0,
          leader: '',
          leaderUrl: '',
          configOffset: state.configOffset,
          assigned: state.held,
          revoked: { connectors: [], tasks: [] },
          delayMs: 0,
          whole: false,
        },
        version,
      )
    : null;
  return Buffer.concat([
    int16(version),
    string(state.url),
    int64(state.configOffset),
    nullableBytes(allocation),
    ...(state.ours ? [trailer({ draining: state.ours.draining, weights: [...state.ours.weights] })] : []),
  ]);
}

/** @throws {MillraceError} CONNECT_PROTOCOL_MALFORMED */
export function decodeWorkerState(bytes: Buffer): WorkerState {
  const reader = new Cursor(bytes);
  const version = reader.int16();
  const url = reader.string();
  const configOffset = reader.int64();
  const allocation = version >= 1 && reader.left() > 0 ? reader.nullableBytes() : null;
  const held = allocation ? decodeAssignment(allocation).assigned : { connectors: [], tasks: [] };
  return { url, configOffset, held, ours: ownState(reader.trailer()) };
}

export function encodeAssignment(assignment: WorkerAssignment, version: number): Buffer {
  return Buffer.concat([
    int16(version),
    int16(assignment.error),
    string(assignment.leader),
    string(assignment.leaderUrl),
    int64(assignment.configOffset),
    byConnector(assignment.assigned),
    byConnector(assignment.revoked),
    int32(assignment.delayMs),
    ...(assignment.whole ? [trailer({ whole: true })] : []),
  ]);
}

/** @throws {MillraceError} CONNECT_PROTOCOL_MALFORMED */
export function decodeAssignment(bytes: Buffer): WorkerAssignment {
  const reader = new Cursor(bytes);
  const version = reader.int16();
  const error = reader.int16();
  const leader = reader.string();
  const leaderUrl = reader.string();
  const configOffset = reader.int64();
  const assigned = reader.byConnector();
  const revoked = version >= 1 && reader.left() > 0 ? reader.byConnector() : { connectors: [], tasks: [] };
  const delayMs = version >= 1 && reader.left() >= 4 ? reader.int32() : 0;
  const whole = reader.trailer()?.whole === true;
  return { error, leader, leaderUrl, configOffset, assigned, revoked, delayMs, whole };
}

/** Begins what our workers add: no Java worker writes it, and none reads so far. */
const TRAILER_MAGIC = 0x4d_52_43_31;

function trailer(value: Json): Buffer {
  return Buffer.concat([int32(TRAILER_MAGIC), nullableBytes(Buffer.from(JSON.stringify(value), 'utf8'))]);
}

function ownState(trailer: JsonObject | null): OwnState | null {
  if (!trailer) return null;
  const weights = new Map<string, number>();
  for (const row of Array.isArray(trailer.weights) ? trailer.weights : []) {
    const [key, weight] = Array.isArray(row) ? row : [];
    if (typeof key === 'string' && typeof weight === 'number' && weight > 0) weights.set(key, weight);
  }
  return { draining: trailer.draining === true, weights };
}

function byConnector(assignment: Assignment): Buffer {
  const tasks = new Map<string, number[]>();
  for (const connector of assignment.connectors) tasks.set(connector, [CONNECTOR_TASK]);
  for (const id of assignment.tasks) tasks.set(id.connector, [...(tasks.get(id.connector) ?? []), id.task]);
  const parts = [int32(tasks.size)];
  for (const [connector, ids] of tasks) parts.push(string(connector), int32(ids.length), ...ids.map(int32));
  return Buffer.concat(parts);
}

class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  left(): number {
    return this.#bytes.length - this.#at;
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  int64(): number {
    return Number(this.#bytes.readBigInt64BE(this.#take(8)));
  }

  string(): string {
    const length = this.int16();
    const at = this.#take(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  nullableBytes(): Buffer | null {
    const length = this.int32();
    if (length === -1) return null;
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** What one of our workers has added; null where there is nothing that can be read as that. */
  trailer(): JsonObject | null {
    if (this.left() < 8 || this.int32() !== TRAILER_MAGIC) return null;
    try {
      const value: Json = JSON.parse(this.nullableBytes()?.toString('utf8') ?? 'null');
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? (value as JsonObject)
        : null;
    } catch {
      return null;
    }
  }

  byConnector(): Assignment {
    const connectors: string[] = [];
    const tasks: TaskId[] = [];
    const count = this.int32();
    for (let i = 0; i < count; i++) {
      const connector = this.string();
      const ids = this.int32();
      for (let j = 0; j < ids; j++) {
        const task = this.int32();
        if (task === CONNECTOR_TASK) connectors.push(connector);
        else tasks.push({ connector, task });
      }
    }
    return { connectors, tasks };
  }

  #take(length: number): number {
    const at = this.#at;
    if (length < 0 || length > this.left()) {
      throw new MillraceError('A worker of the group sent bytes that are not of the Connect protocol.', {
        code: 'CONNECT_PROTOCOL_MALFORMED',
        class: 'bug',
        hint: 'Check that every member of the group is a Connect worker.',
      });
    }
    this.#at += length;
    return at;
  }
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([int16(bytes.length), bytes]);
}

function nullableBytes(bytes: Buffer | null): Buffer {
  return bytes === null ? int32(-1) : Buffer.concat([int32(bytes.length), bytes]);
}
