import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Api, encodeRequest } from '@millrace/protocol';
import { produce } from '@millrace/protocol/messages';
import { type CompressionType, RecordBatchBuilder } from '@millrace/protocol/records';

/** The last version that names topics. */
const PRODUCE_VERSION = 12;
const SIZE_BYTES = 4;

/** One batch, sent again and again, so that no client is in the way. */
export interface WireLoad {
  readonly topic: string;
  readonly partition?: number;
  readonly batch: Buffer;
  readonly batches: number;
  readonly acks: number;
  /** Requests without an answer at most. */
  readonly inFlight: number;
}

/** Sends the batch as often as asked; resolves with the last answer, rejects when the connection ends before it. */
export async function produceBatches(bootstrap: string, load: WireLoad): Promise<void> {
  const { topic, partition = 0, batch, batches, acks, inFlight } = load;
  const request = frameOf(produce, PRODUCE_VERSION, {
    acks,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records: batch }] }],
  });
  const socket = await openWire(bootstrap);
  let sent = 0;
  let answered = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const send = () => {
    for (; sent < batches && sent - answered < inFlight; sent++) socket.write(request);
  };
  onAnswers(socket, () => {
    answered += 1;
    if (answered === batches) resolve();
    else send();
  });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('the connection ended')));
  send();
  try {
    await promise;
  } finally {
    socket.destroy();
  }
}

/** Calls back for each answer with its size; its bytes are thrown away. */
export function onAnswers(socket: Socket, answered: (bytes: number) => void): void {
  let left = 0;
  let size = 0;
  let head = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      if (left === 0) {
        const needed = SIZE_BYTES - head.length;
        head = Buffer.concat([head, chunk.subarray(at, at + needed)]);
        at += needed;
        if (head.length < SIZE_BYTES) return;
        size = head.readInt32BE(0);
        left = size;
        head = Buffer.alloc(0);
      }
      const taken = Math.min(left, chunk.length - at);
      left -= taken;
      at += taken;
      if (left === 0) answered(size);
    }
  });
}

/** A connection to `host:port`. */
export async function openWire(bootstrap: string): Promise<Socket> {
  const [host = '', port = ''] = bootstrap.split(':');
  const socket = connect({ host, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** A request, ready to be written. */
export function frameOf<Req, Init, Res, ResInit>(
  api: Api<Req, Init, Res, ResInit>,
  version: number,
  body: Init,
): Buffer {
  return Buffer.concat(encodeRequest({ api, version, correlationId: 1, clientId: 'bench', body }));
}

/** A batch of records with letters at random, as many as it takes. */
export function batchOf(options: {
  readonly maxBytes: number;
  readonly valueBytes: number;
  readonly compression: CompressionType;
}): { readonly batch: Buffer; readonly records: number } {
  const { maxBytes, valueBytes, compression } = options;
  const builder = new RecordBatchBuilder({ maxBytes });
  let timestamp = Date.now();
  for (let taken = true; taken; timestamp += 0.05) {
    const value = Buffer.from(Array.from({ length: valueBytes }, () => 65 + Math.floor(Math.random() * 26)));
    taken = builder.tryAppend({ key: null, value, timestamp: Math.floor(timestamp) });
  }
  const records = builder.recordCount;
  return { batch: builder.build({ compression }), records };
}
