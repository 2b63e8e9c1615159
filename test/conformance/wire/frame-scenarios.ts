import { apiVersions, heartbeat, metadata, produce } from '@millrace/protocol/messages';
import { answerTo, frame, mislabelled, sized } from './frames.ts';
import type { Scenario } from './scenario.ts';
import { CLOSED, type Wire } from './wire.ts';

const AT_API_KEY = 4;
const SOFTWARE = { clientSoftwareName: 'conformance', clientSoftwareVersion: '1' };

function withKey(bytes: Buffer, apiKey: number): Buffer {
  bytes.writeInt16BE(apiKey, AT_API_KEY);
  return bytes;
}

/** The answer as hex, or that there was none. */
async function hexOf(wire: Wire, bytes: Buffer): Promise<string> {
  const answer = await answerTo(wire.peer, bytes);
  return answer === CLOSED ? CLOSED : answer.toString('hex');
}

/** Bytes that no client should send. */
export const frameScenarios: readonly Scenario[] = [
  {
    name: 'ApiVersions of a version that is not served is answered in version 0',
    run: async (wire) => ({
      v5: await hexOf(wire, mislabelled(apiVersions, 4, 5, SOFTWARE)),
      v99: await hexOf(wire, mislabelled(apiVersions, 4, 99, SOFTWARE)),
      negative: await hexOf(wire, mislabelled(apiVersions, 0, -1, {})),
    }),
  },
  {
    name: 'ApiVersions of clients without a proper name',
    run: async (wire) => {
      const ask = (clientSoftwareName: string, clientSoftwareVersion: string) =>
        hexOf(wire, frame(apiVersions, 3, { clientSoftwareName, clientSoftwareVersion }));
      return [await ask('', ''), await ask('a b', '1'), await ask('-a', '1')];
    },
  },
  {
    name: 'what cannot be read closes the connection',
    run: async (wire) => {
      const whole = frame(metadata, 9, { topics: [{ name: 'x' }] });
      const body = whole.subarray(4);
      const huge = Buffer.alloc(4);
      huge.writeInt32BE(104_857_601);
      const negative = Buffer.alloc(4);
      negative.writeInt32BE(-1);
      const manyTopics = frame(metadata, 4, { topics: [] });
      manyTopics.writeInt32BE(1_000_000_000, manyTopics.length - 5);
      const negativeLength = frame(metadata, 1, { topics: [{ name: 'x' }] });
      negativeLength.writeInt16BE(-7, negativeLength.length - 3);
      return {
        oversized: await hexOf(wire, huge),
        negativeSize: await hexOf(wire, negative),
        empty: await hexOf(wire, sized(Buffer.alloc(0))),
        oneByte: await hexOf(wire, sized(Buffer.from([0]))),
        headerOnly: await hexOf(wire, sized(body.subarray(0, 8))),
        cutInTheBody: await hexOf(wire, sized(body.subarray(0, -3))),
        manyTopics: await hexOf(wire, manyTopics),
        negativeLength: await hexOf(wire, negativeLength),
        unknownKey: await hexOf(
          wire,
          withKey(frame(heartbeat, 0, { groupId: 'g', generationId: 1, memberId: 'm' }), 999),
        ),
        negativeKey: await hexOf(
          wire,
          withKey(frame(heartbeat, 0, { groupId: 'g', generationId: 1, memberId: 'm' }), -2),
        ),
        removedKey: await hexOf(
          wire,
          withKey(frame(heartbeat, 0, { groupId: 'g', generationId: 1, memberId: 'm' }), 4),
        ),
        http: await hexOf(wire, Buffer.from('GET / HTTP/1.1\r\n\r\n')),
        produceBelow: await hexOf(wire, mislabelled(produce, 3, 1, { acks: 1, timeoutMs: 1, topicData: [] })),
      };
    },
  },
  {
    name: 'several requests in one write are answered, the first one first',
    run: async (wire) => {
      const beat = { groupId: 'pipelined', generationId: 1, memberId: 'm' };
      return hexOf(
        wire,
        Buffer.concat([frame(heartbeat, 2, beat, 41), frame(metadata, 1, { topics: [] }, 42)]),
      );
    },
  },
];
