import { isMillraceError } from '@millrace/foundation';
import { type ErrorName, errorByCode, Writer } from '@millrace/protocol';
import { defaultPrincipalData } from '@millrace/protocol/internal';
import {
  allocateProducerIds,
  alterPartition,
  brokerHeartbeat,
  brokerRegistration,
  createTopics,
  envelope,
} from '@millrace/protocol/messages';
import type {
  AlteredPartition,
  AlterPartitionsCommand,
  AlterPartitionsResult,
} from '../core/controller/alter-partition.ts';
import type {
  BrokerHeartbeatCommand,
  BrokerHeartbeatResult,
  RegisterBrokerCommand,
  RegisterBrokerResult,
} from '../core/controller/brokers.ts';
import type { CreateTopicResult, CreateTopicsCommand } from '../core/controller/commands.ts';
import type { AllocateProducerIdsResult } from '../core/controller/producer-ids.ts';
import type { ControllerPeers, ForwardedRequest } from '../runtime/controller-peers.ts';
import type { NodeEndpoint } from '../runtime/node-endpoint.ts';
import { PEER_GONE } from '../runtime/quorum-peers.ts';
import type { PeerPool } from './peer-pool.ts';
import { peerRefused } from './peer-refused.ts';

const TIMEOUT_MS = 5_000;
const PRINCIPAL_VERSION = 0;

export interface ControllerPeersOptions {
  readonly pool: PeerPool;
  readonly clusterId: string;
}

/** A broker's requests to the active controller, over the wire. */
export class WireControllerPeers implements ControllerPeers {
  readonly #pool: PeerPool;
  readonly #clusterId: string;

  constructor({ pool, clusterId }: ControllerPeersOptions) {
    this.#pool = pool;
    this.#clusterId = clusterId;
  }

  async isThere(to: NodeEndpoint): Promise<boolean> {
    try {
      await this.#pool.reach(to);
      return true;
    } catch (error) {
      return !isMillraceError(error) || error.code !== PEER_GONE;
    }
  }

  async register(
    to: NodeEndpoint,
    command: Omit<RegisterBrokerCommand, 'isHeard'>,
  ): Promise<RegisterBrokerResult> {
    const clusterId = this.#clusterId;
    const { brokerId, incarnationId, endpoints, rack, logDirs, previousEpoch } = command;
    const features = command.features.map(({ name, minVersion, maxVersion }) => ({
      name,
      minSupportedVersion: minVersion,
      maxSupportedVersion: maxVersion,
    }));
    const body = {
      ...{ brokerId, clusterId, incarnationId, listeners: endpoints, features, rack, logDirs },
      previousBrokerEpoch: previousEpoch,
    };
    const call = { api: brokerRegistration, body, timeoutMs: TIMEOUT_MS };
    const { errorCode, brokerEpoch } = await this.#pool.request(to, 'controller', call);
    const error = checked(brokerRegistration.name, errorCode);
    return error === null
      ? { error, epoch: brokerEpoch }
      : { error, message: errorByCode(errorCode).message };
  }

  async heartbeat(to: NodeEndpoint, command: BrokerHeartbeatCommand): Promise<BrokerHeartbeatResult> {
    const { brokerId, epoch, metadataOffset, wantsFence, wantsShutdown } = command;
    const body = {
      brokerId,
      brokerEpoch: epoch,
      currentMetadataOffset: metadataOffset,
      wantFence: wantsFence,
      wantShutDown: wantsShutdown,
    };
    const answer = await this.#pool.request(to, 'heartbeat', {
      api: brokerHeartbeat,
      body,
      timeoutMs: TIMEOUT_MS,
    });
    const error = checked(brokerHeartbeat.name, answer.errorCode);
    if (error !== null) return { error, message: errorByCode(answer.errorCode).message };
    const { isCaughtUp, isFenced, shouldShutDown } = answer;
    return { error, isCaughtUp, isFenced, shouldShutDown };
  }

  async alterPartitions(to: NodeEndpoint, command: AlterPartitionsCommand): Promise<AlterPartitionsResult> {
    const call = { api: alterPartition, body: alterPartitionBody(command), timeoutMs: TIMEOUT_MS };
    const answer = await this.#pool.request(to, 'controller', call);
    const error = checked(alterPartition.name, answer.errorCode);
    if (error !== null) return { error };
    const partitions = answer.topics.flatMap(({ topicId, partitions: told }) =>
      told.map((one): AlteredPartition => {
        const place = { topicId, partition: one.partitionIndex };
        const problem = nameOf(one.errorCode);
        if (problem !== 'NONE') return { ...place, error: problem };
        const { leaderId: leader, leaderEpoch, isr, partitionEpoch } = one;
        return { ...place, error: null, leader, leaderEpoch, isr, partitionEpoch };
      }),
    );
    return { error, partitions };
  }

  async allocateProducerIds(
    to: NodeEndpoint,
    { brokerId, epoch }: { readonly brokerId: number; readonly epoch: number },
  ): Promise<AllocateProducerIdsResult> {
    const body = { brokerId, brokerEpoch: epoch };
    const call = { api: allocateProducerIds, body, timeoutMs: TIMEOUT_MS };
    const answer = await this.#pool.request(to, 'controller', call);
    const error = checked(allocateProducerIds.name, answer.errorCode);
    if (error !== null) return { error, message: errorByCode(answer.errorCode).message };
    return { error, first: answer.producerIdStart, count: answer.producerIdLen };
  }

  async createTopics(
    to: NodeEndpoint,
    { topics, validateOnly }: CreateTopicsCommand,
  ): Promise<readonly CreateTopicResult[]> {
    const wanted = topics.map(({ assignments, ...topic }) => ({
      ...topic,
      assignments: assignments.map(({ partition, brokerIds }) => ({
        partitionIndex: partition,
        brokerIds,
      })),
    }));
    const body = { topics: wanted, timeoutMs: TIMEOUT_MS, validateOnly };
    const answer = await this.#pool.request(to, 'controller', {
      api: createTopics,
      body,
      timeoutMs: TIMEOUT_MS,
    });
    return answer.topics.map((told): CreateTopicResult => {
      const error = checked(createTopics.name, told.errorCode);
      const { name, topicId, numPartitions, replicationFactor, errorMessage } = told;
      if (error !== null) return { name, error, message: errorMessage };
      return { name, error, topicId, numPartitions, replicationFactor, configs: new Map() };
    });
  }

  async forward(to: NodeEndpoint, { frame, principal, clientHost }: ForwardedRequest): Promise<Buffer> {
    const writer = new Writer(64);
    writer.int16(PRINCIPAL_VERSION);
    defaultPrincipalData.encode(writer, PRINCIPAL_VERSION, { ...principal, tokenAuthenticated: false });
    const body = {
      requestData: frame,
      requestPrincipal: writer.finish(),
      clientHostAddress: Buffer.from(clientHost),
    };
    const answer = await this.#pool.request(to, 'forward', { api: envelope, body, timeoutMs: TIMEOUT_MS });
    const error = checked(envelope.name, answer.errorCode);
    if (error !== null || answer.responseData === null)
      throw peerRefused(envelope.name, error ?? 'UNKNOWN_SERVER_ERROR');
    return answer.responseData;
  }
}

function alterPartitionBody({ brokerId, epoch, partitions }: AlterPartitionsCommand) {
  const byTopic = Map.groupBy(partitions, ({ topicId }) => topicId);
  const topics = [...byTopic].map(([topicId, wanted]) => ({
    topicId,
    partitions: wanted.map(({ partition, leaderEpoch, partitionEpoch, isr }) => ({
      partitionIndex: partition,
      leaderEpoch,
      newIsrWithEpochs: isr.map((member) => ({ brokerId: member.id, brokerEpoch: member.epoch })),
      partitionEpoch,
    })),
  }));
  return { brokerId, brokerEpoch: epoch, topics };
}

/** @throws {MillraceError} NOT_CONTROLLER: somebody else is to be asked */
function checked(what: string, code: number): ErrorName | null {
  const error = nameOf(code);
  if (error === 'NOT_CONTROLLER') throw peerRefused(what, error);
  return error === 'NONE' ? null : error;
}

function nameOf(code: number): ErrorName {
  return errorByCode(code).name;
}
