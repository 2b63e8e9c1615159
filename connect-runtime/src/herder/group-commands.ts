import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { MillraceError } from '@millrace/foundation';
import { fingerprintOf } from '../core/config/cluster-config.ts';
import type { TaskId } from '../core/task-id.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import { rebalancing } from './connector-commands.ts';
import { connectorNotFound } from './connector-view.ts';
import type { ConnectorConfig } from './entities.ts';
import { forward } from './forwarding.ts';
import type { WorkerGroup } from './worker-group.ts';

/** How long a worker is kept waiting for the fencing of earlier tasks, and how often it is looked, ms. */
const FENCING_WAIT_MS = 60_000;
const FENCING_LOOK_MS = 50;

/** A request as it came. */
export interface SentRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A worker of the group as the REST API shows it. */
export interface GroupWorkerInfo {
  readonly id: string;
  readonly url: string;
  readonly leader: boolean;
  readonly draining: boolean;
  readonly tasks: readonly TaskId[];
}

/** What is asked of the group itself: by people who look after it, and by its other workers. */
export class GroupCommands {
  readonly #workerId: string;
  readonly #group: WorkerGroup;
  readonly #configs: ConfigStore;

  constructor(workerId: string, group: WorkerGroup, configs: ConfigStore) {
    this.#workerId = workerId;
    this.#group = group;
    this.#configs = configs;
  }

  /** As the group met last. @throws {MillraceError} REBALANCE_IN_PROGRESS */
  workers(): readonly GroupWorkerInfo[] {
    this.#mustLead();
    return this.#divided();
  }

  /**
   * Resolves when it has begun.
   * @throws {MillraceError} NOT_FOUND, REBALANCE_IN_PROGRESS, NOBODY_TAKES_TASKS where all others drain, or are not there;
   * FORWARDING_FAILED (class transient) where the leader does not say who there is
   */
  async drainWorker(id: string): Promise<void> {
    const { isLeader } = this.#group.loop;
    if (isLeader) mustHaveOthers(id, this.#divided());
    this.#mustBe(id);
    if (!isLeader) mustHaveOthers(id, await this.#toldByLeader());
    void this.#group.drain();
  }

  /** @throws {MillraceError} NOT_FOUND, REBALANCE_IN_PROGRESS */
  endDrainOf(id: string): void {
    this.#mustBe(id);
    this.#group.loop.endDrain();
  }

  /**
   * A Java worker that owns a connector has computed its task configs; ours does that on the leader itself.
   * @throws {MillraceError} NOT_FOUND, REBALANCE_IN_PROGRESS, BAD_REQUEST, FORBIDDEN, NO_SESSION_KEY (class transient)
   */
  async putTaskConfigs(
    connector: string,
    taskConfigs: readonly ConnectorConfig[],
    sent: SentRequest,
  ): Promise<void> {
    this.#group.sessionKeys.verify(sent.headers, sent.body);
    this.#mustLead();
    await this.#configs.refresh();
    if (!this.#configs.config.has(connector)) throw connectorNotFound(connector);
    const before = this.#configs.config.taskConfigs(connector);
    const isSame =
      before.length === taskConfigs.length &&
      taskConfigs.every(
        (config, task) => fingerprintOf({}, config) === fingerprintOf({}, before[task] ?? {}),
      );
    if (!isSame) await this.#configs.putTaskConfigs(connector, taskConfigs);
  }

  /**
   * A Java worker is to start tasks of an exactly-once source: resolves when those before them are fenced, which the leader
   * does by itself.
   * @throws {MillraceError} as `putTaskConfigs`, FENCING_PENDING (class transient)
   */
  async fence(connector: string, sent: SentRequest): Promise<void> {
    this.#group.sessionKeys.verify(sent.headers, sent.body);
    this.#mustLead();
    await this.#configs.refresh();
    if (!this.#configs.config.has(connector)) throw connectorNotFound(connector);
    const endMs = performance.now() + FENCING_WAIT_MS;
    while (this.#configs.config.fencing(connector) !== null) {
      if (performance.now() > endMs) throw fencingPending(connector);
      await pause(FENCING_LOOK_MS);
    }
  }

  #mustLead(): void {
    const { loop } = this.#group;
    if (!loop.joined) throw rebalancing('this worker has not joined its group yet');
    if (!loop.isLeader) throw rebalancing('this worker does not lead the group', loop.leaderUrl);
  }

  #divided(): readonly GroupWorkerInfo[] {
    return this.#group.workers.map(({ url, draining, tasks }) => {
      const id = new URL(url).host;
      return { id, url, leader: id === this.#workerId, draining, tasks };
    });
  }

  /** Who there is, as the leader knows it; none where that is a Java worker, which does not tell. */
  async #toldByLeader(): Promise<readonly Pick<GroupWorkerInfo, 'id' | 'draining'>[]> {
    const { joined, leaderUrl } = this.#group.loop;
    if (!joined || leaderUrl === '') throw rebalancing('this worker has not joined its group yet');
    const { status, body } = await forward(leaderUrl, {
      ...{ method: 'GET', path: '/api/v1/workers?forward=false', body: null, headers: {} },
    });
    return status === 200 ? JSON.parse(body) : [];
  }

  /** The leader knows where the others are. */
  #mustBe(id: string): void {
    if (id === this.#workerId) return;
    this.#mustLead();
    const worker = this.#group.workers.find(({ url }) => new URL(url).host === id);
    if (!worker) {
      throw new MillraceError(`Worker ${id} is not in the group`, {
        code: 'NOT_FOUND',
        class: 'config',
        hint: 'GET /api/v1/workers lists those that are, with their ids.',
      });
    }
    throw rebalancing('it is another worker that is asked for', worker.url);
  }
}

/** Before the last one is drained: its tasks would go nowhere, and the drain would never end. */
function mustHaveOthers(id: string, workers: readonly Pick<GroupWorkerInfo, 'id' | 'draining'>[]): void {
  if (!workers.some((worker) => worker.id === id)) return;
  if (workers.some((worker) => worker.id !== id && !worker.draining)) return;
  throw new MillraceError(`No other worker of the group can take the tasks of ${id}.`, {
    code: 'NOBODY_TAKES_TASKS',
    class: 'config',
    hint: 'Start another worker, or end the drain of one: GET /api/v1/workers lists them. To end this one, stop it.',
  });
}

function fencingPending(connector: string): MillraceError {
  return new MillraceError(`Earlier tasks of connector ${connector} are not fenced yet.`, {
    code: 'FENCING_PENDING',
    class: 'transient',
    hint: 'The log of the leader says why; it tries again.',
  });
}
