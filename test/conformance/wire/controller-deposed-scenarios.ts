import { createServer, type Server, type Socket } from 'node:net';
import {
  allocateProducerIds,
  alterPartition,
  beginQuorumEpoch,
  brokerHeartbeat,
  brokerRegistration,
  describeQuorum,
  endQuorumEpoch,
  fetch,
  unregisterBroker,
} from '@millrace/protocol/messages';
import { eventually } from '../../support/index.ts';
import type { ControllerScenario } from './controller-scenario.ts';
import { beat, type ControllerWire, METADATA_TOPIC, METADATA_TOPIC_ID } from './controller-wire.ts';

const STRANGER = 900;
/** The node that is asked. */
const SELF = 1;

/** Another leader of the quorum, as far as the asked node can tell: it takes connections, and says nothing. */
class SilentLeader {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((socket) => void this.#sockets.add(socket.on('error', () => undefined)));
  }

  async listen(): Promise<{ name: string; host: string; port: number }> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it listens at a port');
    return { name: 'CONTROLLER', host: '127.0.0.1', port: address.port };
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

async function besideSilentLeader(
  wire: ControllerWire,
  run: (endpoint: { name: string; host: string; port: number }) => Promise<unknown>,
): Promise<unknown> {
  const silent = new SilentLeader();
  try {
    return await run(await silent.listen());
  } finally {
    silent.close();
    await eventually(async () => (await wire.leads()) && (await controls(wire)), {
      what: 'it leads again',
      timeoutMs: 30_000,
    });
  }
}

async function controls(wire: ControllerWire): Promise<boolean> {
  const answer = await wire.raw(unregisterBroker, 0, { brokerId: STRANGER });
  return answer.errorCode !== NOT_CONTROLLER;
}

const NOT_CONTROLLER = 41;

/** What a controller says that follows another; of snapshots Kafka's says UNKNOWN_SERVER_ERROR then. */
async function toldByFollower(wire: ControllerWire, epoch: number) {
  const topics = [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }];
  const read = (currentLeaderEpoch: number) => ({
    clusterId: wire.clusterId,
    replicaState: { replicaId: STRANGER, replicaEpoch: -1 },
    ...{ maxWaitMs: 0, minBytes: 1, forgottenTopicsData: [] },
    topics: [
      {
        topicId: METADATA_TOPIC_ID,
        partitions: [
          {
            ...{ partition: 0, fetchOffset: 0, lastFetchedEpoch: 0 },
            currentLeaderEpoch,
            partitionMaxBytes: 1,
          },
        ],
      },
    ],
  });
  return {
    described: await wire.ask(describeQuorum, 2, { topics }),
    read: await wire.ask(fetch, 17, read(epoch)),
    readOfOlderEpoch: await wire.ask(fetch, 17, read(epoch - 1)),
    readOfNewerEpoch: await wire.ask(fetch, 17, read(epoch + 1)),
    allocates: await wire.ask(allocateProducerIds, 0, { brokerId: SELF, brokerEpoch: 1 }),
    registers: await wire.ask(brokerRegistration, 4, wire.registration(300)),
    beats: await wire.ask(brokerHeartbeat, 2, beat(STRANGER, 1)),
    forgets: await wire.ask(unregisterBroker, 0, { brokerId: STRANGER }),
    alters: await wire.ask(alterPartition, 3, {
      ...{ brokerId: STRANGER, brokerEpoch: 1 },
      topics: [{ topicId: METADATA_TOPIC_ID, partitions: [] }],
    }),
  };
}

/** They disturb the quorum: each ends when the asked node leads again. */
export const deposedScenarios: readonly ControllerScenario[] = [
  {
    name: 'a leader of a newer epoch is followed',
    run: (wire) =>
      besideSilentLeader(wire, async (endpoint) => {
        const epoch = wire.epoch + 1;
        const partition = { partitionIndex: 0, leaderId: STRANGER, leaderEpoch: epoch };
        const body = {
          clusterId: wire.clusterId,
          topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }],
          leaderEndpoints: [endpoint],
        };
        return {
          followed: await wire.ask(beginQuorumEpoch, 1, body),
          again: await wire.ask(beginQuorumEpoch, 1, body),
          ...(await toldByFollower(wire, epoch)),
        };
      }),
  },
  {
    name: 'a leader of a newer epoch resigns',
    run: (wire) =>
      besideSilentLeader(wire, async (endpoint) => {
        const partition = {
          partitionIndex: 0,
          leaderId: STRANGER,
          leaderEpoch: wire.epoch + 1,
          preferredCandidates: [],
        };
        const body = {
          clusterId: wire.clusterId,
          topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }],
          leaderEndpoints: [endpoint],
        };
        return { resigned: withoutLeader(await wire.ask(endQuorumEpoch, 1, body)) };
      }),
  },
];

/** Who resigns is still followed in Kafka, and nobody is here. */
function withoutLeader(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, item: unknown) =>
      key === 'leaderId' || key === 'nodeEndpoints' ? undefined : item,
    ),
  );
}
