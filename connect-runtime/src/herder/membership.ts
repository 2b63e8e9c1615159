import { createGroupMember, type GroupMember, type GroupMemberOptions } from '@millrace/client';
import type { Logger } from '@millrace/foundation';
import { type Assignment, assign } from '../core/assignor/assign.ts';
import { type TaskId, taskKey } from '../core/task-id.ts';
import {
  connectProtocols,
  decodeAssignment,
  decodeWorkerState,
  encodeAssignment,
  encodeWorkerState,
  type WorkerAssignment,
  type WorkerState,
} from '../protocol/connect-protocol.ts';
import type { WorkerConfig } from '../worker-config.ts';

export interface MembershipOptions {
  readonly config: WorkerConfig;
  /** Kafka's group where it is not given. */
  readonly createMember?: (options: GroupMemberOptions) => GroupMember;
  readonly clientId: string;
  /** Where this worker's REST API answers, for others to forward to. */
  readonly url: string;
  readonly logger: Logger;
  /** What this worker says at the moment of joining. */
  readonly state: () => {
    readonly held: Assignment;
    readonly configOffset: number;
    readonly draining: boolean;
    readonly weights: ReadonlyMap<string, number>;
  };
  /** All that is to be placed, read to the end of the config topic. Called on the leader only. */
  readonly configured: () => Promise<{ readonly work: Assignment; readonly configOffset: number }>;
  /** The leader has placed this. */
  readonly onPlaced: (work: Assignment) => void;
  readonly onAssignment: (assignment: WorkerAssignment, generation: number, isLeader: boolean) => void;
  /** The session is lost: others run this worker's tasks by now. */
  readonly onLost: (reason: Error) => Promise<void>;
}

/** A member of the group as the leader saw it last. */
export interface GroupWorker {
  /** Where its REST API answers. */
  readonly url: string;
  readonly draining: boolean;
  readonly tasks: readonly TaskId[];
}

interface Member extends WorkerState {
  readonly memberId: string;
}

/** This worker's place in the group: Kafka's group protocol with the protocol type `connect`. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #member: GroupMember;
  /** What was said with the join that the next assignment answers. */
  #said: Assignment = { connectors: [], tasks: [] };
  /** What this worker knows as the leader, from one round to the next. */
  #weights = new Map<string, number>();
  #intended: ReadonlyMap<string, string> = new Map();
  #workers: readonly GroupWorker[] = [];

  constructor(options: MembershipOptions) {
    this.#options = options;
    const { config } = options;
    const createMember = options.createMember ?? createGroupMember;
    this.#member = createMember({
      bootstrapServers: config['bootstrap.servers'],
      clientId: options.clientId,
      groupId: config['group.id'],
      protocolType: 'connect',
      ...(config['group.instance.id'] === null
        ? {}
        : { groupInstanceId: config['group.instance.id'], leaveOnClose: true }),
      sessionTimeoutMs: config['session.timeout.ms'],
      heartbeatIntervalMs: config['heartbeat.interval.ms'],
      rebalanceTimeoutMs: config['rebalance.timeout.ms'],
      logger: options.logger,
      callbacks: {
        protocols: () => this.#protocols(),
        assign: (request) => this.#assign(request),
        joined: async ({ assignment, generationId, isLeader }) => {
          if (!isLeader) this.#forgetLeading();
          options.onAssignment(this.#whole(decodeAssignment(assignment)), generationId, isLeader);
        },
        // Cooperative: everything goes on through a rebalance.
        rejoining: async () => undefined,
        lost: (reason) => {
          this.#forgetLeading();
          return options.onLost(reason);
        },
      },
    });
  }

  /** Who is in the group and has what, as this worker divided last; empty where it does not lead. */
  get workers(): readonly GroupWorker[] {
    return this.#workers;
  }

  start(): void {
    this.#member.start();
  }

  rejoin(reason: string): void {
    this.#member.requestRejoin(reason);
  }

  close(): Promise<void> {
    return this.#member.close();
  }

  #protocols() {
    const { held, configOffset, draining, weights } = this.#options.state();
    const state = { url: this.#options.url, configOffset, held, ours: { draining, weights } };
    this.#said = held;
    return connectProtocols.map(({ name, version }) => ({
      name,
      metadata: encodeWorkerState(state, version),
    }));
  }

  /** A Java leader tells only what is new. */
  #whole(told: WorkerAssignment): WorkerAssignment {
    if (told.whole) return told;
    const gone = new Set(told.revoked.tasks.map(taskKey));
    const tasks = new Map([...this.#said.tasks, ...told.assigned.tasks].map((id) => [taskKey(id), id]));
    const connectors = new Set([...this.#said.connectors, ...told.assigned.connectors]);
    const assigned = {
      connectors: [...connectors].filter((connector) => !told.revoked.connectors.includes(connector)),
      tasks: [...tasks.values()].filter((id) => !gone.has(taskKey(id))),
    };
    return { ...told, assigned, whole: true };
  }

  async #assign(request: {
    readonly leaderId: string;
    readonly protocol: string;
    readonly members: readonly { readonly memberId: string; readonly metadata: Buffer }[];
  }): Promise<ReadonlyMap<string, Buffer>> {
    const { work: configured, configOffset } = await this.#options.configured();
    const members = request.members.map(({ memberId, metadata }) => ({
      memberId,
      ...decodeWorkerState(metadata),
    }));
    const { leaderId } = request;
    const version = connectProtocols.find(({ name }) => name === request.protocol)?.version ?? 1;
    this.#learnWeights(members, configured);
    const plan = assign({
      configured,
      members: members.map(({ memberId, held, ours }) => ({
        memberId,
        held,
        draining: ours?.draining === true,
      })),
      leaderId,
      weights: this.#weights,
      intended: this.#intended,
    });
    this.#intended = plan.intended;
    this.#workers = members.map(({ memberId, url, ours }) => ({
      url,
      draining: ours?.draining === true,
      tasks: plan.members.get(memberId)?.assigned.tasks ?? [],
    }));
    this.#options.onPlaced(configured);
    const leaderUrl = members.find(({ memberId }) => memberId === leaderId)?.url ?? '';
    return new Map(
      members.map((member) => {
        const nothing = { connectors: [], tasks: [] };
        const { assigned, revoked } = plan.members.get(member.memberId) ?? {
          assigned: nothing,
          revoked: nothing,
        };
        const whole = member.ours !== null;
        const assignment = {
          error: 0,
          leader: leaderId,
          leaderUrl,
          configOffset,
          assigned: whole ? assigned : without(assigned, member.held),
          revoked,
          delayMs: 0,
          whole,
        };
        return [member.memberId, encodeAssignment(assignment, version)];
      }),
    );
  }

  /** A task that is on its way from one worker to another is named by none: what was said of it last stands. */
  #learnWeights(members: readonly Member[], { tasks }: Assignment): void {
    for (const { held, ours } of members) {
      if (!ours) continue;
      for (const id of held.tasks) {
        const weight = ours.weights.get(taskKey(id));
        if (weight !== undefined) this.#weights.set(taskKey(id), weight);
        else this.#weights.delete(taskKey(id));
      }
    }
    const configured = new Set(tasks.map(taskKey));
    for (const key of this.#weights.keys()) if (!configured.has(key)) this.#weights.delete(key);
  }

  #forgetLeading(): void {
    this.#weights = new Map();
    this.#intended = new Map();
    this.#workers = [];
  }
}

function without(all: Assignment, held: Assignment): Assignment {
  const known = new Set(held.tasks.map(taskKey));
  return {
    connectors: all.connectors.filter((connector) => !held.connectors.includes(connector)),
    tasks: all.tasks.filter((id) => !known.has(taskKey(id))),
  };
}
