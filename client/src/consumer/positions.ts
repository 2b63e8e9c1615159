import { MillraceError, toMillraceError } from '@millrace/foundation';
import { retryPauseMs } from '../cluster/backoff.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Coordinator } from '../cluster/coordinator.ts';
import { fetchOffsets } from '../cluster/list-offsets.ts';
import { isRetriable } from '../cluster/retry.ts';
import { fetchGroupOffsets } from '../group/group-offsets.ts';
import type { ConsumerConfig } from './consumer-config.ts';
import type { PartitionState } from './partition-state.ts';

/** What is told to the consumer. */
export interface PositionEvents {
  changed(): void;
  /** NO_OFFSET_FOR_PARTITION, GROUP_AUTHORIZATION_FAILED, ...: what no retry can mend. */
  failed(error: MillraceError): void;
}

/** Finds positions for partitions that have none: committed offsets first, then what `autoOffsetReset` says. */
export class Positions {
  readonly #cluster: Cluster;
  readonly #config: ConsumerConfig;
  readonly #coordinator: Coordinator | null;
  readonly #events: PositionEvents;
  #running = false;
  #timer: NodeJS.Timeout | null = null;
  #tries = 0;

  constructor(
    cluster: Cluster,
    config: ConsumerConfig,
    coordinator: Coordinator | null,
    events: PositionEvents,
  ) {
    this.#cluster = cluster;
    this.#config = config;
    this.#coordinator = coordinator;
    this.#events = events;
  }

  /** Works on those that lack a position, one round at a time. Call it whenever some may. */
  find(states: readonly PartitionState[]): void {
    if (this.#running || this.#timer !== null) return;
    const lacking = states.filter(({ missing }) => missing !== null);
    if (lacking.length === 0) return;
    this.#running = true;
    void this.#round(lacking).finally(() => {
      this.#running = false;
      this.#events.changed();
    });
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #round(states: readonly PartitionState[]): Promise<void> {
    try {
      const versions = new Map(states.map((state) => [state, state.version]));
      const current = (state: PartitionState) =>
        state.missing !== null && versions.get(state) === state.version;
      await this.#takeCommitted(
        states.filter(({ missing }) => missing === 'committed'),
        current,
      );
      await this.#takeReset(
        states.filter((state) => state.missing === 'reset' && current(state)),
        current,
      );
      this.#tries = 0;
    } catch (thrown) {
      const error = toMillraceError(thrown, { code: 'POSITION_FAILED', class: 'bug' });
      const pauseMs = retryPauseMs(this.#cluster.config, this.#tries);
      this.#tries += 1;
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#events.changed();
      }, pauseMs);
      this.#timer.unref();
      if (!isRetriable(error)) this.#events.failed(error);
    }
  }

  async #takeCommitted(
    states: readonly PartitionState[],
    current: (state: PartitionState) => boolean,
  ): Promise<void> {
    if (states.length === 0) return;
    const { groupId } = this.#config;
    const found =
      groupId === null || this.#coordinator === null
        ? []
        : await fetchGroupOffsets(this.#cluster, this.#coordinator, groupId, states);
    const offsets = new Map(found.map((one) => [`${one.topic}-${one.partition}`, one]));
    for (const state of states.filter(current)) {
      const committed = offsets.get(`${state.topic}-${state.partition}`);
      if (committed === undefined) state.missing = 'reset';
      else {
        state.leaderEpoch = committed.leaderEpoch ?? -1;
        state.seek(committed.offset);
      }
    }
  }

  async #takeReset(
    states: readonly PartitionState[],
    current: (state: PartitionState) => boolean,
  ): Promise<void> {
    if (states.length === 0) return;
    const { autoOffsetReset, isolationLevel } = this.#config;
    if (autoOffsetReset === 'none') throw noOffset(states);
    const offsets = await fetchOffsets(this.#cluster, states, autoOffsetReset, isolationLevel);
    states.forEach((state, index) => {
      const offset = offsets[index];
      if (offset !== undefined && current(state)) state.seek(offset);
    });
  }
}

function noOffset(states: readonly PartitionState[]): MillraceError {
  const names = states.map(({ topic, partition }) => `${topic}-${partition}`).join(', ');
  return new MillraceError(`no offset to begin at for ${names}`, {
    code: 'NO_OFFSET_FOR_PARTITION',
    class: 'config',
    path: 'autoOffsetReset',
    hint: 'Seek to an offset, or set autoOffsetReset to earliest or latest.',
  });
}
