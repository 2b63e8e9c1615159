import { Connection } from '@millrace/client/connection';
import { type Api, errorByCode } from '@millrace/protocol';
import { alterPartitionReassignments, listPartitionReassignments } from '@millrace/protocol/messages';
import { eventually } from './eventually.ts';

const TIMEOUT_MS = 30_000;

/** One request to one broker, in its newest version, on a connection of its own. */
export async function askBroker<Req, Init, Res, ResInit>(
  address: string,
  api: Api<Req, Init, Res, ResInit>,
  body: Init,
): Promise<Res> {
  const [host = '', port = ''] = address.split(':');
  const connection = await Connection.connect({ host, port: Number(port), clientId: 'test' });
  try {
    return await connection.request(api, body, { version: api.maxVersion, timeoutMs: TIMEOUT_MS });
  } finally {
    connection.close();
  }
}

/** Moves partitions: replicas by their index. @throws {Error} where one is refused */
export async function reassign(
  address: string,
  topic: string,
  targets: readonly (readonly number[] | null)[],
): Promise<void> {
  const partitions = targets.map((replicas, partitionIndex) => ({ partitionIndex, replicas }));
  const { responses } = await askBroker(address, alterPartitionReassignments, {
    timeoutMs: TIMEOUT_MS,
    topics: [{ name: topic, partitions }],
  });
  for (const { partitionIndex, errorCode, errorMessage } of responses[0]?.partitions ?? [])
    if (errorCode !== 0)
      throw new Error(`${topic}-${partitionIndex}: ${errorByCode(errorCode).name}: ${errorMessage}`);
}

/** Resolves when nothing is being moved any more. */
export async function moved(address: string): Promise<void> {
  await eventually(
    async () =>
      (await askBroker(address, listPartitionReassignments, { timeoutMs: TIMEOUT_MS, topics: null })).topics
        .length === 0,
    { what: 'all partitions moved', timeoutMs: 90_000 },
  );
}
