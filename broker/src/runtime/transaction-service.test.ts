import { silentLogger, systemClock, systemTimers } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { MetadataImage } from '../core/metadata/image.ts';
import { NO_PEERS } from '../testing/no-peers.ts';
import { imageWithTopics } from '../testing/sample-topics.ts';
import { parseBrokerConfig } from './broker-config.ts';
import type { ClusterAccess, ProducerIds } from './services.ts';
import { TransactionService } from './transaction-service.ts';

const QUERY = {
  ...{ transactionalId: 'id', producerId: 9, producerEpoch: 0 },
  partitions: new Map([['orders', new Set([0])]]),
};

/** The topic of transactions is led by broker 1. */
function image(): MetadataImage {
  const coordinator = {
    ...{ id: 1, epoch: 1, incarnationId: 'AAAAAAAAAAAAAAAAAAAAAQ', rack: null, logDirs: [] },
    ...{ fenced: false, inControlledShutdown: false },
    endpoints: [{ name: 'PLAINTEXT', host: 'coordinator', port: 1, securityProtocol: 0 }],
  };
  return { ...imageWithTopics({ __transaction_state: 1 }), brokers: new Map([[1, coordinator]]) };
}

let service: TransactionService;
let told: (ErrorName | null)[];
let known: object;
let asked: number;
/** Done while a question is on its way. */
let meanwhile: () => void;

function begin(): void {
  known = {};
  asked = 0;
  meanwhile = () => undefined;
  service = new TransactionService({
    ...{ clock: systemClock, timers: systemTimers, logger: silentLogger },
    config: parseBrokerConfig({ 'log.dirs': '/nowhere', 'node.id': 2 }),
    metadata: { image },
    cluster: { isHeard: true } as ClusterAccess,
    producerIds: {} as ProducerIds,
    markers: () => Promise.reject(new Error('no marker is written')),
    peers: {
      ...NO_PEERS.peers,
      addPartitions: () => {
        asked += 1;
        meanwhile();
        return Promise.resolve(told.shift() ?? null);
      },
    },
  });
}

const write = (adds: boolean) =>
  service.within<string>(
    QUERY,
    { adds, isOpen: false, known: () => known },
    () => 'written',
    (error) => error,
  );

afterEach(() => service.close());

describe('a write whose coordinator is elsewhere', () => {
  it('goes on when the coordinator has the partition in the transaction', async () => {
    begin();
    told = [null];
    expect(await write(false)).toBe('written');
    expect(asked).toBe(1);
  });

  it('asks again where a marker came before the answer: the transaction may be over', async () => {
    begin();
    told = [null, 'TRANSACTION_ABORTABLE'];
    meanwhile = () => {
      if (asked === 1) known = {};
    };
    expect(await write(false)).toBe('TRANSACTION_ABORTABLE');
    expect(asked).toBe(2);
  });

  it('is to be tried again later where markers come all the time', async () => {
    begin();
    told = [];
    meanwhile = () => {
      known = {};
    };
    expect(await write(false)).toBe('CONCURRENT_TRANSACTIONS');
    expect(asked).toBe(5);
  });
});
