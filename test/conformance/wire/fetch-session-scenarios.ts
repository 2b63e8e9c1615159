import { fetch, produce } from '@millrace/protocol/messages';
import { batch } from './batch.ts';
import type { Scenario } from './scenario.ts';
import { comparable, type Wire } from './wire.ts';

const VERSION = 12;
const BY_ID_VERSION = 13;
const [FIRST_EPOCH, FINAL_EPOCH] = [0, -1];

interface Turn {
  readonly sessionId?: number;
  readonly sessionEpoch: number;
  readonly version?: number;
  /** Partition and offset. */
  readonly wanted?: readonly (readonly [partition: number, fetchOffset: number])[];
  readonly forgotten?: readonly number[];
}

/** Sends requests of sessions on one topic; ids of sessions are shown as whether there is one. */
function sessionsOf(wire: Wire, topic: string) {
  return async ({ sessionId = 0, sessionEpoch, version = VERSION, wanted = [], forgotten = [] }: Turn) => {
    const answer = await wire.raw(fetch, version, {
      maxWaitMs: 100,
      minBytes: 1,
      maxBytes: 1_000_000,
      sessionId,
      sessionEpoch,
      topics:
        wanted.length === 0
          ? []
          : [
              {
                topic,
                partitions: wanted.map(([partition, fetchOffset]) => ({
                  partition,
                  fetchOffset,
                  partitionMaxBytes: 100_000,
                })),
              },
            ],
      forgottenTopicsData: forgotten.length === 0 ? [] : [{ topic, partitions: [...forgotten] }],
    });
    const shown = comparable({ ...answer, sessionId: answer.sessionId > 0 });
    return { sessionId: answer.sessionId, shown };
  };
}

async function send(wire: Wire, topic: string, partition: number): Promise<void> {
  await wire.ask(produce, 9, {
    acks: -1,
    timeoutMs: 5000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records: batch(['a', 'b']) }] }],
  });
}

/** Fetch sessions (KIP-227). */
export const fetchSessionScenarios: readonly Scenario[] = [
  {
    name: 'a fetch session tells news alone',
    run: async (wire) => {
      await wire.createTopic('session', 3);
      const turn = sessionsOf(wire, 'session');
      await send(wire, 'session', 0);
      const { sessionId, shown } = await turn({
        sessionEpoch: FIRST_EPOCH,
        wanted: [
          [0, 0],
          [1, 0],
        ],
      });
      const shownOf = async (asked: Turn) => (await turn({ sessionId, ...asked })).shown;
      const again = await shownOf({ sessionEpoch: 1 });
      const nothingNew = await shownOf({ sessionEpoch: 2, wanted: [[0, 2]] });
      await send(wire, 'session', 1);
      const news = await shownOf({ sessionEpoch: 3 });
      const added = await shownOf({
        sessionEpoch: 4,
        wanted: [
          [1, 2],
          [2, 0],
        ],
      });
      const outOfRange = await shownOf({ sessionEpoch: 5, wanted: [[2, 9]] });
      const stillOutOfRange = await shownOf({ sessionEpoch: 6 });
      const mended = await shownOf({ sessionEpoch: 7, wanted: [[2, 0]] });
      await send(wire, 'session', 0);
      const forgotten = await shownOf({ sessionEpoch: 8, forgotten: [0] });
      return { shown, again, nothingNew, news, added, outOfRange, stillOutOfRange, mended, forgotten };
    },
  },
  {
    name: 'a fetch session knows its requests by epoch and kind, and ends',
    run: async (wire) => {
      await wire.createTopic('session-ends', 1);
      const turn = sessionsOf(wire, 'session-ends');
      const begin = () => turn({ sessionEpoch: FIRST_EPOCH, wanted: [[0, 0]] });
      const { sessionId } = await begin();
      const late = (await turn({ sessionId, sessionEpoch: 3 })).shown;
      const byId = (await turn({ sessionId, sessionEpoch: 1, version: BY_ID_VERSION })).shown;
      const emptied = (await turn({ sessionId, sessionEpoch: 1, forgotten: [0] })).shown;
      const gone = (await turn({ sessionId, sessionEpoch: 2 })).shown;
      const second = await begin();
      const final = (await turn({ sessionId: second.sessionId, sessionEpoch: FINAL_EPOCH, wanted: [[0, 0]] }))
        .shown;
      const ended = (await turn({ sessionId: second.sessionId, sessionEpoch: 1 })).shown;
      const third = await begin();
      const anew = await turn({ sessionId: third.sessionId, sessionEpoch: FIRST_EPOCH, wanted: [[0, 0]] });
      const replaced = (await turn({ sessionId: third.sessionId, sessionEpoch: 1 })).shown;
      const none = (await turn({ sessionEpoch: FIRST_EPOCH })).shown;
      return { late, byId, emptied, gone, final, ended, anew: anew.shown, replaced, none };
    },
  },
];
