import type { Uuid } from '@millrace/foundation';
import { type Api, errorByCode } from '@millrace/protocol';
import {
  type BrokerHeartbeatRequestInit,
  type BrokerRegistrationRequestInit,
  brokerHeartbeat,
  brokerRegistration,
  describeQuorum,
  metadata,
} from '@millrace/protocol/messages';
import type { Peer } from '../peer.ts';
import { CLOSED, Wire } from './wire.ts';

export const METADATA_TOPIC = '__cluster_metadata';
export const METADATA_TOPIC_ID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAQ';
/** No feature's level is outside. */
const ANY_LEVEL = { minSupportedVersion: 0, maxSupportedVersion: 100 };
const FEATURES = [
  'metadata.version',
  'kraft.version',
  'transaction.version',
  'group.version',
  'share.version',
  'streams.version',
  'eligible.leader.replicas.version',
];

/** What only brokers and controllers say to each other, at the listener of a controller. */
export class ControllerWire {
  readonly broker: Wire;
  readonly #wire: Wire;
  readonly clusterId: string;
  /** Of the quorum when this was made: epochs in answers are counted from here. */
  readonly epoch: number;

  private constructor(broker: Wire, wire: Wire, clusterId: string, epoch: number) {
    this.broker = broker;
    this.#wire = wire;
    this.clusterId = clusterId;
    this.epoch = epoch;
  }

  static async of(peer: Peer): Promise<ControllerWire> {
    const broker = new Wire(peer);
    const wire = new Wire({ ...peer, port: peer.controllerPort });
    const { clusterId } = await broker.raw(metadata, 12, { topics: [], allowAutoTopicCreation: false });
    return new ControllerWire(broker, wire, clusterId ?? '', await epochOf(wire));
  }

  /** The same, with epochs counted from now on. */
  async now(): Promise<ControllerWire> {
    return new ControllerWire(this.broker, this.#wire, this.clusterId, await epochOf(this.#wire));
  }

  /** Whether the asked node leads the quorum. */
  async leads(): Promise<boolean> {
    const asked = { topics: [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }] };
    const { topics } = await this.raw(describeQuorum, 1, asked);
    return topics[0]?.partitions[0]?.errorCode === 0;
  }

  raw<Req, Init, Res, ResInit>(api: Api<Req, Init, Res, ResInit>, version: number, body: Init) {
    return this.#wire.raw(api, version, body);
  }

  /** The answer as two controllers can agree on it, or `CLOSED`. */
  async ask<Req, Init, Res, ResInit>(
    api: Api<Req, Init, Res, ResInit>,
    version: number,
    body: Init,
  ): Promise<unknown> {
    const answer = await this.#wire.ask(api, version, body);
    return answer === CLOSED ? CLOSED : this.#counted(answer);
  }

  /** A broker that is not there is registered; gives its epoch, or the error. */
  async register(brokerId: number, more: Partial<BrokerRegistrationRequestInit> = {}, version = 4) {
    const { errorCode, brokerEpoch } = await this.raw(
      brokerRegistration,
      version,
      this.registration(brokerId, more),
    );
    if (errorCode !== 0) throw new Error(`broker ${brokerId}: ${errorByCode(errorCode).name}`);
    return brokerEpoch;
  }

  registration(
    brokerId: number,
    more: Partial<BrokerRegistrationRequestInit> = {},
  ): BrokerRegistrationRequestInit {
    return {
      brokerId,
      clusterId: this.clusterId,
      incarnationId: uuidOf(brokerId),
      listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 1_000 + brokerId, securityProtocol: 0 }],
      features: FEATURES.map((name) => ({ name, ...ANY_LEVEL })),
      rack: null,
      logDirs: [uuidOf(1_000 + brokerId)],
      ...more,
    };
  }

  /** A broker that is not there is registered, and serves. */
  async unfenced(brokerId: number): Promise<number> {
    const epoch = await this.register(brokerId);
    const { isFenced } = await this.raw(brokerHeartbeat, 2, beat(brokerId, epoch));
    if (isFenced) throw new Error(`broker ${brokerId} is fenced`);
    return epoch;
  }

  close(): void {
    this.broker.close();
    this.#wire.close();
  }

  #counted(value: unknown): unknown {
    return JSON.parse(
      JSON.stringify(value, (key, item: unknown) => {
        const isEpoch = (key === 'leaderEpoch' || key === 'epoch') && typeof item === 'number' && item >= 0;
        return isEpoch ? `${item - this.epoch} from now` : item;
      }),
    );
  }
}

/** A sign of life of a broker that has replayed all there is. */
export function beat(
  brokerId: number,
  brokerEpoch: number,
  more: Partial<BrokerHeartbeatRequestInit> = {},
): BrokerHeartbeatRequestInit {
  return {
    brokerId,
    brokerEpoch,
    currentMetadataOffset: brokerEpoch + 1_000,
    wantFence: false,
    wantShutDown: false,
    ...more,
  };
}

/** An id that both sides are given. */
export function uuidOf(number: number): Uuid {
  const bytes = Buffer.alloc(16, 7);
  bytes.writeInt32BE(number, 12);
  return bytes.toString('base64url');
}

async function epochOf(wire: Wire): Promise<number> {
  const asked = { topics: [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }] };
  const { topics } = await wire.raw(describeQuorum, 1, asked);
  return topics[0]?.partitions[0]?.leaderEpoch ?? -1;
}
