import { toMillraceError } from '@millrace/foundation';
import { type Api, kafkaError } from '@millrace/protocol';
import { heartbeat, joinGroup, leaveGroup, syncGroup } from '@millrace/protocol/messages';
import { Cluster } from '../cluster/cluster.ts';
import { Coordinator } from '../cluster/coordinator.ts';
import { throwOnError } from '../cluster/outcome.ts';
import { isRetriable } from '../cluster/retry.ts';
import type { GroupMember, GroupMemberOptions, OffsetAndMetadata } from '../types.ts';
import { commitGroupOffsets } from './group-offsets.ts';
import { MemberCore } from './member-core.ts';
import type { Failure, JoinResult, MemberEffect, MemberEvent } from './member-events.ts';
import { whileAlive } from './while-alive.ts';

const DEFAULT_SESSION_TIMEOUT_MS = 45_000;
const DEFAULT_HEARTBEAT_INTERVAL_MS = 3_000;
const DEFAULT_REBALANCE_TIMEOUT_MS = 300_000;
/** The broker holds a join for the rebalance timeout; the answer gets so much more. */
const JOIN_SLACK_MS = 5_000;
/** Refusals of a commit that say something of the membership. */
const membershipErrors = new Set([
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'FENCED_INSTANCE_ID',
  'REBALANCE_IN_PROGRESS',
]);
const LEAVE_TIMEOUT_MS = 5_000;
/** LeaveGroup carries a list of members from here on. */
const LEAVE_BATCHED_FROM_VERSION = 3;

/**
 * A member of a classic group. Callbacks run one at a time; heartbeats go on under them, `joined` and `rejoining` included,
 * so they may take as long as the rebalance timeout. A failure of `assign` is logged and the join tried again; one of the
 * others is logged and passed over. `lost` with an error of class `config`, `auth` or `bug` is the end: the member has
 * stopped and does not come back.
 * @throws {MillraceError} INVALID_CONFIG
 */
export function createGroupMember(options: GroupMemberOptions): GroupMember {
  const cluster = new Cluster(options);
  return new ClassicGroupMember(cluster, options, true);
}

/** For who has a cluster already and closes it. */
export function createGroupMemberOn(cluster: Cluster, options: GroupMemberOptions): GroupMember {
  return new ClassicGroupMember(cluster, options, false);
}

class ClassicGroupMember implements GroupMember {
  readonly #cluster: Cluster;
  readonly #options: GroupMemberOptions;
  readonly #ownsCluster: boolean;
  readonly #coordinator: Coordinator;
  readonly #core: MemberCore;
  readonly #closed = Promise.withResolvers<void>();
  readonly #instanceId: string | null;
  #timer: NodeJS.Timeout | null = null;

  constructor(cluster: Cluster, options: GroupMemberOptions, ownsCluster: boolean) {
    this.#cluster = cluster;
    this.#options = options;
    this.#ownsCluster = ownsCluster;
    this.#coordinator = new Coordinator(cluster, 'group', options.groupId);
    this.#instanceId = options.groupInstanceId ?? null;
    const { retryBackoffMs, retryBackoffMaxMs } = cluster.config;
    this.#core = new MemberCore(
      {
        sessionTimeoutMs: this.#sessionTimeoutMs,
        heartbeatIntervalMs: options.heartbeatIntervalMs ?? DEFAULT_HEARTBEAT_INTERVAL_MS,
        retryBackoffMs,
        retryBackoffMaxMs,
      },
      options.leaveOnClose ?? this.#instanceId === null,
    );
  }

  get memberId(): string | null {
    return this.#core.memberId;
  }

  get generationId(): number {
    return this.#core.generationId;
  }

  start(): void {
    this.#tell({ kind: 'start' });
  }

  requestRejoin(reason: string): void {
    this.#tell({ kind: 'rejoinRequested', reason });
  }

  async commitOffsets(offsets: readonly OffsetAndMetadata[]): Promise<void> {
    const { generationId } = this;
    const { groupId } = this.#options;
    const memberId = this.memberId ?? '';
    // A broker takes commits without a generation into an empty group: from a member that was put out, they would be stale.
    if (generationId < 0)
      throw kafkaError('ILLEGAL_GENERATION', `the member is in no generation of group ${groupId}`);
    try {
      const committer = { groupId, generationId, memberId, groupInstanceId: this.#instanceId };
      await commitGroupOffsets(this.#cluster, this.#coordinator, committer, offsets);
    } catch (error) {
      const failure = failureOf(error);
      if (membershipErrors.has(failure.code)) this.#tell({ kind: 'commitRefused', generationId, failure });
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#tell({ kind: 'close' });
    await this.#closed.promise;
    if (this.#ownsCluster) await this.#cluster.close();
  }

  get #sessionTimeoutMs(): number {
    return this.#options.sessionTimeoutMs ?? DEFAULT_SESSION_TIMEOUT_MS;
  }

  get #rebalanceTimeoutMs(): number {
    return this.#options.rebalanceTimeoutMs ?? DEFAULT_REBALANCE_TIMEOUT_MS;
  }

  #tell(event: MemberEvent): void {
    const effects = this.#core.handle(event, performance.now());
    for (const effect of effects) this.#perform(effect);
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const atMs = this.#core.wakeAtMs;
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#tell({ kind: 'tick' }), Math.max(1, atMs - performance.now()));
    this.#timer.unref();
  }

  #perform(effect: MemberEffect): void {
    const { callbacks } = this.#options;
    switch (effect.kind) {
      case 'findCoordinator':
        this.#coordinator.forget();
        this.#ask(
          () => this.#coordinator.connection(),
          () => ({ kind: 'coordinatorFound' }),
          (failure) => ({ kind: 'coordinatorFailed', failure }),
        );
        break;
      case 'sendJoin':
        this.#join(effect.memberId, effect.reason);
        break;
      case 'sendSync':
        this.#sync(effect.protocol, effect.assignments);
        break;
      case 'sendHeartbeat':
        this.#heartbeat(effect.generationId);
        break;
      case 'sendLeave':
        this.#leave(effect.memberId);
        break;
      case 'callRejoining':
        this.#call('rejoining', () => callbacks.rejoining());
        break;
      case 'callJoined':
        this.#call('joined', () =>
          callbacks.joined({ ...joinedState(effect.result), assignment: effect.assignment }),
        );
        break;
      case 'callLost':
        this.#call('lost', () => callbacks.lost(effect.reason));
        break;
      case 'callAssign':
        this.#assign(effect.result);
        break;
      case 'closed':
        this.#closed.resolve();
        break;
    }
  }

  #join(memberId: string, reason: string): void {
    const { groupId, protocolType } = this.#options;
    let given = memberId;
    this.#ask(
      async () => {
        const body = {
          groupId,
          sessionTimeoutMs: this.#sessionTimeoutMs,
          rebalanceTimeoutMs: this.#rebalanceTimeoutMs,
          memberId,
          groupInstanceId: this.#instanceId,
          protocolType,
          protocols: this.#options.callbacks.protocols(),
          reason: reason === '' ? null : reason,
        };
        const response = await this.#held(joinGroup, body);
        given = response.memberId;
        throwOnError(response.errorCode, `joining group ${groupId}`);
        return response;
      },
      ({ generationId, memberId: id, leader, protocolName, skipAssignment, members }) => ({
        kind: 'joined',
        result: {
          generationId,
          memberId: id,
          leaderId: leader,
          protocol: protocolName ?? '',
          skipAssignment,
          members,
        },
      }),
      (failure) => ({ kind: 'joinFailed', failure, memberId: given }),
    );
  }

  #sync(protocol: string, assignments: ReadonlyMap<string, Buffer>): void {
    const { groupId, protocolType } = this.#options;
    this.#ask(
      async () => {
        const body = {
          groupId,
          ...this.#membership(this.generationId),
          protocolType,
          protocolName: protocol,
          assignments: [...assignments].map(([memberId, assignment]) => ({ memberId, assignment })),
        };
        const response = await this.#held(syncGroup, body);
        throwOnError(response.errorCode, `syncing with group ${groupId}`);
        return response.assignment;
      },
      (assignment) => ({ kind: 'synced', assignment }),
      (failure) => ({ kind: 'syncFailed', failure }),
    );
  }

  /** A request that the coordinator answers when all members are there. */
  async #held<Req, ReqInit, Res, ResInit>(api: Api<Req, ReqInit, Res, ResInit>, body: ReqInit): Promise<Res> {
    const endpoint = await this.#coordinator.endpoint();
    const connection = await this.#cluster.connectionTo(endpoint, 'coordinator');
    const beside = () => this.#cluster.connectionTo(endpoint, 'main');
    const timeoutMs = this.#rebalanceTimeoutMs + JOIN_SLACK_MS;
    const intervalMs = this.#cluster.config.requestTimeoutMs;
    return await whileAlive({ connection, beside, intervalMs }, connection.request(api, body, { timeoutMs }));
  }

  #heartbeat(generationId: number): void {
    const { groupId } = this.#options;
    const sentMs = performance.now();
    this.#ask(
      async () => {
        const connection = await this.#coordinator.connection();
        const timeoutMs = Math.min(this.#cluster.config.requestTimeoutMs, this.#sessionTimeoutMs);
        const body = { groupId, ...this.#membership(generationId) };
        const { errorCode } = await connection.request(heartbeat, body, { timeoutMs });
        throwOnError(errorCode, `heartbeat to group ${groupId}`);
      },
      () => ({ kind: 'heartbeatAnswered', generationId, sentMs, failure: null }),
      (failure) => ({ kind: 'heartbeatAnswered', generationId, sentMs, failure }),
    );
  }

  /** Not on the coordinator's own connection, where a join may be waiting; what comes of it does not matter. */
  #leave(memberId: string): void {
    const { groupId } = this.#options;
    this.#ask(
      async () => {
        const connection = await this.#coordinator.connection('main');
        const batched = connection.versions.negotiate(leaveGroup) >= LEAVE_BATCHED_FROM_VERSION;
        const member = { memberId, groupInstanceId: this.#instanceId, reason: 'the member closes' };
        const who = batched ? { members: [member] } : { memberId };
        const timeoutMs = Math.min(this.#cluster.config.requestTimeoutMs, LEAVE_TIMEOUT_MS);
        await connection.request(leaveGroup, { groupId, ...who }, { timeoutMs });
      },
      () => ({ kind: 'left' }),
      () => ({ kind: 'left' }),
    );
  }

  #membership(generationId: number) {
    return { generationId, memberId: this.memberId ?? '', groupInstanceId: this.#instanceId };
  }

  /** Runs a request and tells the core how it went. */
  #ask<T>(
    request: () => Promise<T>,
    answered: (answer: T) => MemberEvent,
    failed: (failure: Failure) => MemberEvent,
  ): void {
    request().then(
      (answer) => this.#tell(answered(answer)),
      (error: unknown) => this.#tell(failed(failureOf(error))),
    );
  }

  #call(name: string, callback: () => Promise<void>): void {
    void this.#guarded(name, callback).then(() => this.#tell({ kind: 'callbackEnded' }));
  }

  #assign(result: JoinResult): void {
    const { generationId, leaderId, protocol, members } = result;
    void this.#guarded('assign', () =>
      this.#options.callbacks.assign({ generationId, leaderId, protocol, members }),
    ).then((assignments) => this.#tell({ kind: 'assigned', assignments }));
  }

  async #guarded<T>(name: string, callback: () => Promise<T>): Promise<T | null> {
    try {
      return await callback();
    } catch (error) {
      this.#cluster.config.logger.error(
        { groupId: this.#options.groupId, callback: name, err: error },
        'group callback failed',
      );
      return null;
    }
  }
}

function joinedState({ generationId, memberId, leaderId, protocol }: JoinResult) {
  return { generationId, memberId, leaderId, isLeader: leaderId === memberId, protocol };
}

function failureOf(thrown: unknown): Failure {
  const error = toMillraceError(thrown, { code: 'GROUP_REQUEST_FAILED', class: 'bug' });
  return { code: error.code, retriable: isRetriable(error), error };
}
