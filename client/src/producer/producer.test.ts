import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Api, decodeRequestHeader, encodeResponse, errorByName, Reader } from '@millrace/protocol';
import { apiVersions, initProducerId, metadata, produce } from '@millrace/protocol/messages';
import { expect, onTestFinished, test } from 'vitest';
import { FrameSplitter } from '../connection/frame-splitter.ts';
import { createProducer } from './producer.ts';

const TOPIC = 't';

/** A broker that leads one partition and stores nothing; `refusals` are its first answers to who asks for a producer id. */
async function broker(refusals: ('CLUSTER_AUTHORIZATION_FAILED' | 'NONE')[]): Promise<{ port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const splitter = new FrameSplitter(1024 * 1024, (frame) => {
      const reader = new Reader(frame);
      const { api, version, correlationId } = decodeRequestHeader(reader);
      if (api === undefined) throw new Error('a request of an unknown API came');
      const body = answers[api.key]?.(port());
      for (const part of encodeResponse({
        api: api as Api<unknown, unknown, unknown, unknown>,
        version,
        correlationId,
        body,
      })) {
        socket.write(part);
      }
    });
    socket.on('data', (chunk: Buffer) => splitter.push(chunk));
    socket.on('error', () => socket.destroy());
  });
  const port = () => (server.address() as AddressInfo).port;
  const answers: Record<number, (port: number) => unknown> = {
    [apiVersions.key]: () => ({
      errorCode: 0,
      apiKeys: [apiVersions, metadata, initProducerId, produce].map((api) => ({
        apiKey: api.key,
        minVersion: api.minVersion,
        maxVersion: Math.min(api.maxVersion, 9),
      })),
    }),
    [metadata.key]: (at) => ({
      brokers: [{ nodeId: 1, host: '127.0.0.1', port: at }],
      controllerId: 1,
      topics: [
        {
          errorCode: 0,
          name: TOPIC,
          isInternal: false,
          partitions: [
            {
              errorCode: 0,
              partitionIndex: 0,
              leaderId: 1,
              leaderEpoch: 0,
              replicaNodes: [1],
              isrNodes: [1],
              offlineReplicas: [],
            },
          ],
        },
      ],
    }),
    [initProducerId.key]: () => {
      const errorCode = errorByName(refusals.shift() ?? 'NONE').code;
      return {
        throttleTimeMs: 0,
        errorCode,
        producerId: errorCode === 0 ? 7 : -1,
        producerEpoch: errorCode === 0 ? 0 : -1,
      };
    },
    [produce.key]: () => ({
      responses: [{ name: TOPIC, partitionResponses: [{ index: 0, errorCode: 0, baseOffset: 5 }] }],
    }),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: port() };
}

test('a refused producer id fails what waits; the next record asks again and is written', async () => {
  const { port } = await broker(['CLUSTER_AUTHORIZATION_FAILED']);
  const producer = createProducer({ bootstrapServers: [`127.0.0.1:${port}`], lingerMs: 0 });
  onTestFinished(() => producer.close(1_000));
  const record = { topic: TOPIC, key: null, value: Buffer.from('v') };
  await expect(producer.send([record])).rejects.toMatchObject({ code: 'CLUSTER_AUTHORIZATION_FAILED' });
  await producer.flush();
  await expect(producer.send([record])).resolves.toMatchObject([{ topic: TOPIC, partition: 0, offset: 5 }]);
});

test('a closed producer refuses every later record', async () => {
  const { port } = await broker([]);
  const producer = createProducer({ bootstrapServers: [`127.0.0.1:${port}`], lingerMs: 0 });
  const record = { topic: TOPIC, key: null, value: Buffer.from('v') };
  await producer.send([record]);
  await producer.close(1_000);
  await expect(producer.send([record])).rejects.toMatchObject({ code: 'PRODUCER_CLOSED' });
});

test('refuses a key or a value that is neither bytes nor null, instead of waiting for ever', async () => {
  const { port } = await broker([]);
  const producer = createProducer({ bootstrapServers: [`127.0.0.1:${port}`] });
  onTestFinished(() => producer.close());
  const fromJavaScript = [{ topic: TOPIC, value: 'text' }] as unknown as Parameters<typeof producer.send>[0];
  await expect(producer.send(fromJavaScript)).rejects.toMatchObject({ code: 'RECORD_NOT_BYTES' });
  await expect(producer.send([{ topic: TOPIC, key: null, value: Buffer.from('v') }])).resolves.toHaveLength(
    1,
  );
});
