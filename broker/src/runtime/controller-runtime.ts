import {
  type Clock,
  type Logger,
  MillraceError,
  type Random,
  type Timer,
  type Timers,
} from '@millrace/foundation';
import { BrokerSessions } from '../core/controller/broker-sessions.ts';
import { fenceBroker } from '../core/controller/brokers.ts';
import type { ControllerRules, Decision, DecisionInput } from '../core/controller/decision.ts';
import { balanceLeaders, electMissingLeaders } from '../core/controller/elect-leaders.ts';
import type { MetadataImage } from '../core/metadata/image.ts';
import { emptyImage, replay } from '../core/metadata/replay.ts';
import type { MetadataLoader } from './metadata-loader.ts';
import type { MetadataQuorum } from './metadata-quorum.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import { OffsetWaiters } from './offset-waiters.ts';

export interface ControllerRuntimeOptions {
  readonly quorum: MetadataQuorum;
  readonly loader: MetadataLoader;
  readonly rules: ControllerRules;
  readonly nodeId: number;
  readonly sessionMs: number;
  /** How often preferred leaders are seen to; null: never. */
  readonly leaderBalanceMs: number | null;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  /** Whether somebody listens there; only a certain no is false. */
  readonly isThere: (endpoint: NodeEndpoint) => Promise<boolean>;
  /** It has become the active controller. */
  readonly onActive: () => void;
}

/** One time as the active controller. */
interface Reign {
  readonly epoch: number;
  /** Told when it ends. */
  readonly waiting: Set<(error: MillraceError) => void>;
  /** Ahead of what is committed by what is not yet. */
  image: MetadataImage;
}

/** How often sessions are looked at, in parts of a session. */
const LOOKS_PER_SESSION = 6;
/** How often, and how far apart, a broker is looked for whose connection has ended, until it is heard of. */
const SUSPICION_LOOKS = 8;
const SUSPICION_PAUSE_MS = 250;

/**
 * The controller of this node, active while it leads the quorum and has replayed all before its epoch. A command is decided at
 * once, against the image of everything decided before it, and its records are appended; it is answered when they are committed,
 * replayed here and known to the listeners. So commands are decided one at a time, and those of one moment share a sync.
 */
export class ControllerRuntime {
  readonly sessions = new BrokerSessions();
  readonly #options: ControllerRuntimeOptions;
  #reign: Reign | undefined;
  /** Who waits for what is not committed yet. */
  readonly #committing = new OffsetWaiters();
  #failure: MillraceError | undefined;
  #look: Timer | undefined;
  #balance: Timer | undefined;
  /** The configs under which partitions without leaders were last looked at. */
  #electedUnder: MetadataImage['configs'] | undefined;

  constructor(options: ControllerRuntimeOptions) {
    this.#options = options;
  }

  get isActive(): boolean {
    return this.#reign !== undefined;
  }

  /** Looks whether this node is the active controller now: after each change of leader, and each commit. */
  follow(): void {
    const { quorum, loader, logger } = this.#options;
    const { role, epoch } = quorum;
    const isLeader = role.kind === 'leader';
    if (this.#reign !== undefined && (!isLeader || this.#reign.epoch !== epoch)) {
      this.#end(notController());
      logger.info({ epoch }, 'is the active controller no more');
    }
    if (this.#reign !== undefined || !isLeader || this.#failure) return;
    // What the epochs before have left is committed, and here.
    if (quorum.highWatermark <= role.epochStartOffset || loader.nextOffset < quorum.highWatermark) return;
    this.#begin(epoch, loader.replayedImage);
    logger.info({ epoch }, 'is the active controller');
    this.#options.onActive();
  }

  /**
   * @throws {MillraceError} NOT_CONTROLLER where another node decides, or may by now; METADATA_LOG_FAILED when the records cannot
   *   be committed: whether they will be is not known then
   */
  async submit<Response>(decide: (input: DecisionInput) => Decision<Response>): Promise<Response> {
    const { reign, response } = this.#decide(decide);
    // A refusal waits as well: it may rest on something that is not committed yet.
    await this.#until(reign, this.#options.loader.replayed(reign.image.offset));
    return response;
  }

  /**
   * As `submit`, but answered once the records are committed, whatever listeners are busy with: a broker that makes thousands of logs
   * must not pass for one that is gone, nor all others with it where it is this one.
   */
  async submitAhead<Response>(decide: (input: DecisionInput) => Decision<Response>): Promise<Response> {
    const { reign, response } = this.#decide(decide);
    await this.#until(reign, this.#committed(reign.image.offset));
    return response;
  }

  /** The high watermark has moved. */
  committed(): void {
    this.#committing.reached(this.#options.quorum.highWatermark);
  }

  #committed(offset: number): Promise<void> {
    if (offset < this.#options.quorum.highWatermark) return Promise.resolve();
    return this.#committing.past(offset);
  }

  #decide<Response>(decide: (input: DecisionInput) => Decision<Response>): {
    readonly reign: Reign;
    readonly response: Response;
  } {
    if (this.#failure) throw this.#failure;
    const reign = this.#reign;
    const { quorum, rules, random } = this.#options;
    if (reign === undefined || !quorum.isLeader || quorum.epoch !== reign.epoch) throw notController();
    const { records, response } = decide({
      image: reign.image,
      nextOffset: quorum.log.endOffset,
      rules,
      newId: () => random.uuid(),
      random: () => random.float(),
    });
    if (records.length > 0) {
      const { lastOffset } = quorum.append(records);
      reign.image = replay(reign.image, records, lastOffset, quorum.epoch);
    }
    return { reign, response };
  }

  /**
   * A broker's connection has ended, or a new controller does not know whether it is there: where nobody listens at its address any more
   * its process is gone, and its session need not run out.
   */
  async suspect(brokerId: number): Promise<void> {
    const broker = this.#reign?.image.brokers.get(brokerId);
    const [endpoint] = broker?.endpoints ?? [];
    if (broker === undefined || broker.fenced || endpoint === undefined) return;
    const suspectedMs = this.#options.clock.now().monoMs;
    for (let looks = 1; await this.#options.isThere(endpoint); looks += 1) {
      // A process that is being killed loses its sockets one by one: who still listens may be gone in a moment.
      if (looks >= SUSPICION_LOOKS) return;
      await this.#pause(SUSPICION_PAUSE_MS);
      if (this.#reign === undefined || this.sessions.isHeardSince(brokerId, suspectedMs)) return;
    }
    // Another incarnation may have come meanwhile.
    if (this.#reign?.image.brokers.get(brokerId)?.epoch !== broker.epoch) return;
    this.#options.logger.info({ broker: brokerId }, 'nobody listens where a broker was: fenced');
    await this.submit((input) => fenceBroker(input, brokerId)).catch(() => undefined);
  }

  /** Nothing is committed from here on: every command fails. */
  fail(error: MillraceError): void {
    this.#failure = error;
    this.#end(error);
  }

  #begin(epoch: number, image: MetadataImage): void {
    this.#reign = { epoch, image, waiting: new Set() };
    const ids = [...unfencedIds(image)];
    this.sessions.begin(ids, this.#options.clock.now().monoMs);
    for (const id of ids) if (id !== this.#options.nodeId) void this.suspect(id);
    this.#electedUnder = image.configs;
    this.#lookLater();
    this.#balanceLater();
  }

  #end(error: MillraceError): void {
    this.#look?.cancel();
    this.#balance?.cancel();
    const reign = this.#reign;
    this.#reign = undefined;
    this.#committing.forget();
    for (const reject of reign?.waiting ?? []) reject(error);
  }

  /**
   * Resolves with `done`; rejects where the reign ends before. What races with a promise that lasts as long as a reign is kept for as
   * long, with all that it waits for.
   */
  #until(reign: Reign, done: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#reign !== reign) return reject(this.#failure ?? notController());
      reign.waiting.add(reject);
      void done.then(() => {
        reign.waiting.delete(reject);
        resolve();
      });
    });
  }

  #lookLater(): void {
    const { timers, sessionMs, clock, logger } = this.#options;
    const lateMs = clock.now().monoMs + sessionMs / 2;
    this.#look = timers.after(sessionMs / LOOKS_PER_SESSION, () => {
      const image = this.#reign?.image ?? emptyImage;
      const { monoMs } = clock.now();
      // Held up itself, it has heard nobody meanwhile: that says nothing of the others.
      if (monoMs > lateMs) this.sessions.begin(unfencedIds(image), monoMs);
      for (const id of this.sessions.expired(unfencedIds(image), monoMs, sessionMs)) {
        logger.info({ broker: id, sessionMs }, 'a broker was not heard of: fenced');
        this.submit((input) => fenceBroker(input, id)).catch(() => undefined);
      }
      if (image.configs !== this.#electedUnder) {
        this.#electedUnder = image.configs;
        this.submit(electMissingLeaders).catch(() => undefined);
      }
      if (this.#reign !== undefined) this.#lookLater();
    });
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#options.timers.after(ms, resolve);
    return promise;
  }

  #balanceLater(): void {
    const { timers, leaderBalanceMs } = this.#options;
    if (leaderBalanceMs === null) return;
    this.#balance = timers.after(leaderBalanceMs, () => {
      this.submit(balanceLeaders).catch(() => undefined);
      if (this.#reign !== undefined) this.#balanceLater();
    });
  }
}

function* unfencedIds(image: MetadataImage): Iterable<number> {
  for (const broker of image.brokers.values()) if (!broker.fenced) yield broker.id;
}

/** Another node decides. */
export function notController(): MillraceError {
  return new MillraceError('This node is not the active controller.', {
    code: 'NOT_CONTROLLER',
    class: 'transient',
    hint: 'The next try finds the one that is.',
  });
}
