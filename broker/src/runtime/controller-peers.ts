import type { AlterPartitionsCommand, AlterPartitionsResult } from '../core/controller/alter-partition.ts';
import type {
  BrokerHeartbeatCommand,
  BrokerHeartbeatResult,
  RegisterBrokerCommand,
  RegisterBrokerResult,
} from '../core/controller/brokers.ts';
import type { CreateTopicResult, CreateTopicsCommand } from '../core/controller/commands.ts';
import type { AllocateProducerIdsResult } from '../core/controller/producer-ids.ts';
import type { NodeEndpoint } from './node-endpoint.ts';

/** A request as a client sent it, and who that was. */
export interface ForwardedRequest {
  /** Header and body, without the size. */
  readonly frame: Buffer;
  readonly principal: { readonly type: string; readonly name: string };
  readonly clientHost: string;
}

/**
 * What a broker asks the active controller for where that is another node. A call rejects where there is no answer, and with NOT_CONTROLLER
 * where the node is not the active one.
 */
export interface ControllerPeers {
  /** Whether somebody listens there; only a certain no is false. */
  isThere(to: NodeEndpoint): Promise<boolean>;
  register(to: NodeEndpoint, command: Omit<RegisterBrokerCommand, 'isHeard'>): Promise<RegisterBrokerResult>;
  heartbeat(to: NodeEndpoint, command: BrokerHeartbeatCommand): Promise<BrokerHeartbeatResult>;
  alterPartitions(to: NodeEndpoint, command: AlterPartitionsCommand): Promise<AlterPartitionsResult>;
  allocateProducerIds(
    to: NodeEndpoint,
    broker: { readonly brokerId: number; readonly epoch: number },
  ): Promise<AllocateProducerIdsResult>;
  createTopics(to: NodeEndpoint, command: CreateTopicsCommand): Promise<readonly CreateTopicResult[]>;
  /** @returns the controller's answer to the client: header and body, without the size */
  forward(to: NodeEndpoint, request: ForwardedRequest): Promise<Buffer>;
}
