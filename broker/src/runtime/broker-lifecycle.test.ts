import { silentLogger, systemTimers } from '@millrace/foundation';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BrokerHeartbeatResult } from '../core/controller/brokers.ts';
import type { BrokerImage, MetadataImage } from '../core/metadata/image.ts';
import { emptyImage } from '../core/metadata/replay.ts';
import { BrokerLifecycle } from './broker-lifecycle.ts';

const ID = 1;
const SESSION_MS = 9_000;
const OWN: BrokerImage = {
  id: ID,
  epoch: 5,
  incarnationId: 'own',
  endpoints: [],
  rack: null,
  fenced: false,
  inControlledShutdown: false,
  logDirs: [],
};
const SERVES: BrokerHeartbeatResult = {
  error: null,
  isCaughtUp: true,
  isFenced: false,
  shouldShutDown: false,
};
const STALE: BrokerHeartbeatResult = { error: 'STALE_BROKER_EPOCH', message: 'stale' };

/** A broker's standing with a controller that says what the test wants. */
class Standing {
  nowMs = 1_000;
  others: ReadonlyMap<number, BrokerImage> = new Map();
  registered: BrokerImage | null = OWN;
  readonly registrations: number[] = [];
  answer: (epoch: number, wantsShutdown: boolean) => Promise<BrokerHeartbeatResult> = () =>
    Promise.resolve(SERVES);
  readonly lifecycle: BrokerLifecycle;

  constructor() {
    const image = (): MetadataImage => ({
      ...emptyImage,
      brokers: new Map([
        ...this.others,
        ...(this.registered === null ? [] : [[ID, this.registered] as const]),
      ]),
    });
    this.lifecycle = new BrokerLifecycle({
      brokerId: ID,
      incarnationId: OWN.incarnationId,
      endpoints: [],
      rack: null,
      directoryId: 'directory',
      previousEpoch: -1,
      heartbeatIntervalMs: 1,
      sessionMs: SESSION_MS,
      controller: {
        register: async () => {
          const epoch = this.registrations.length === 0 ? OWN.epoch : (this.registered?.epoch ?? 30) + 1;
          this.registrations.push(epoch);
          this.registered = { ...OWN, epoch };
          return { error: null, epoch };
        },
        heartbeat: ({ epoch, wantsShutdown }) => this.answer(epoch, wantsShutdown),
      },
      loader: {
        get image() {
          return image();
        },
        get replayedImage() {
          return image();
        },
        nextOffset: 10,
        replayed: () => Promise.resolve(),
      },
      clock: { now: () => ({ wallMs: 0, monoMs: this.nowMs }) },
      timers: systemTimers,
      logger: silentLogger,
    });
  }
}

let standing: Standing;

async function started(): Promise<Standing> {
  standing = new Standing();
  await standing.lifecycle.start();
  return standing;
}

afterEach(() => standing.lifecycle.close());

describe('a broker that another process has registered as', () => {
  it('registers again where that one does not serve, as one that has ended and was late', async () => {
    const { lifecycle, registrations } = await started();
    standing.registered = { ...OWN, epoch: 20, incarnationId: 'earlier', fenced: true };
    standing.answer = async (epoch) => (epoch === standing.registered?.epoch ? SERVES : STALE);
    await vi.waitFor(() => expect(registrations).toEqual([5, 21]));
    expect(lifecycle.epoch).toBe(21);
  });

  it('leaves the other alone where that one serves', async () => {
    const { registrations } = await started();
    standing.registered = { ...OWN, epoch: 20, incarnationId: 'another' };
    let heartbeats = 0;
    standing.answer = async () => {
      heartbeats += 1;
      return STALE;
    };
    await vi.waitFor(() => expect(heartbeats).toBeGreaterThan(5));
    expect(registrations).toEqual([5]);
  });
});

it('a broker that was forgotten registers again', async () => {
  const { lifecycle, registrations } = await started();
  standing.registered = null;
  standing.answer = async (epoch) => (epoch === standing.registered?.epoch ? SERVES : STALE);
  await vi.waitFor(() => expect(registrations).toEqual([5, 31]));
  expect(lifecycle.epoch).toBe(31);
});

it('a broker that may go gives no other sign of life, which would bring it back', async () => {
  await started();
  standing.others = new Map([[2, { ...OWN, id: 2 }]]);
  const wishes: boolean[] = [];
  standing.answer = async (_epoch, wantsShutdown) => {
    wishes.push(wantsShutdown);
    return wantsShutdown
      ? { ...SERVES, isFenced: true, shouldShutDown: wishes.filter((wish) => wish).length > 2 }
      : SERVES;
  };
  await standing.lifecycle.shutDown();
  // It asks several times, while many a heartbeat would be due.
  const leaving = wishes.slice(wishes.indexOf(true));
  expect(leaving.length).toBeGreaterThan(1);
  expect(leaving).not.toContain(false);
});

describe('whether a broker is heard', () => {
  it('is sure for half a session after a heartbeat was sent that was answered', async () => {
    const { lifecycle } = await started();
    expect(lifecycle.isHeard).toBe(true);
    let asked = 0;
    const late = Promise.withResolvers<BrokerHeartbeatResult>();
    standing.answer = () => {
      asked += 1;
      return late.promise;
    };
    await vi.waitFor(() => expect(asked).toBe(1));
    standing.nowMs += SESSION_MS / 2 + 1;
    expect(lifecycle.isHeard).toBe(false);
    // It was sent long ago: what it says holds from then on.
    let unanswered = 0;
    standing.answer = () => {
      unanswered += 1;
      return Promise.reject(new Error('nobody answers'));
    };
    late.resolve(SERVES);
    await vi.waitFor(() => expect(unanswered).toBeGreaterThan(0));
    expect(lifecycle.isHeard).toBe(false);
    standing.answer = async () => SERVES;
    await vi.waitFor(() => expect(lifecycle.isHeard).toBe(true));
  });

  it('is not heard while it is fenced', async () => {
    const { lifecycle } = await started();
    let answers = 0;
    standing.nowMs += SESSION_MS;
    standing.answer = async () => {
      answers += 1;
      return { ...SERVES, isFenced: true };
    };
    await vi.waitFor(() => expect(answers).toBeGreaterThan(3));
    expect(lifecycle.isHeard).toBe(false);
  });
});
