import { createGroupMember, type GroupMember } from '@millrace/client';
import type { Logger } from '@millrace/foundation';
import { type Assignment, assign } from '../core/assignor/assign.ts';
import {
  connectProtocols,
  decodeAssignment,
  decodeWorkerState,
  encodeAssignment,
  encodeWorkerState,
  type WorkerAssignment,
} from '../protocol/connect-protocol.ts';
import type { WorkerConfig } from '../worker-config.ts';

export interface MembershipOptions {
  readonly config: WorkerConfig;
  readonly clientId: string;
  /** Where this worker's REST API answers, for others to forward to. */
  readonly url: string;
  readonly logger: Logger;
  /** What this worker holds at the moment of joining, and how far it has read the config topic. */
  readonly state: () => { readonly held: Assignment; readonly configOffset: number };
  /** All that is to be placed, read to the end of the config topic. Called on the leader only. */
  readonly configured: () => Promise<{ readonly work: Assignment; readonly configOffset: number }>;
  /** The leader has placed this. */
  readonly onPlaced: (work: Assignment) => void;
  readonly onAssignment: (assignment: WorkerAssignment, generation: number, isLeader: boolean) => void;
  /** The session is lost: others run this worker's tasks by now. */
  readonly onLost: (reason: Error) => Promise<void>;
}

/** This worker's place in the group: Kafka's group protocol with the protocol type `connect`. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #member: GroupMember;

  constructor(options: MembershipOptions) {
    this.#options = options;
    const { config } = options;
    this.#member = createGroupMember({
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
        joined: async (joined) => {
          options.onAssignment(decodeAssignment(joined.assignment), joined.generationId, joined.isLeader);
        },
        // Cooperative: everything goes on through a rebalance.
        rejoining: async () => undefined,
        lost: (reason) => options.onLost(reason),
      },
    });
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
    const { held, configOffset } = this.#options.state();
    return connectProtocols.map(({ name, version }) => ({
      name,
      metadata: encodeWorkerState({ url: this.#options.url, configOffset, held }, version),
    }));
  }

  async #assign(request: {
    readonly leaderId: string;
    readonly protocol: string;
    readonly members: readonly { readonly memberId: string; readonly metadata: Buffer }[];
  }): Promise<ReadonlyMap<string, Buffer>> {
    const { work, configOffset } = await this.#options.configured();
    const members = request.members.map(({ memberId, metadata }) => ({
      memberId,
      ...decodeWorkerState(metadata),
    }));
    const version = connectProtocols.find(({ name }) => name === request.protocol)?.version ?? 1;
    const leaderUrl = members.find(({ memberId }) => memberId === request.leaderId)?.url ?? '';
    const plan = assign(work, members, request.leaderId);
    this.#options.onPlaced(work);
    return new Map(
      [...plan].map(([memberId, { assigned, revoked }]) => {
        const assignment = {
          error: 0,
          leader: request.leaderId,
          leaderUrl,
          configOffset,
          assigned,
          revoked,
          delayMs: 0,
        };
        return [memberId, encodeAssignment(assignment, version)];
      }),
    );
  }
}
