import { type MillraceError, toMillraceError } from '@millrace/foundation';
import { retryPauseMs } from '../cluster/backoff.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Connection } from '../connection/index.ts';

interface Load {
  inFlight: number;
  connecting: boolean;
  failures: number;
  retryAtMs: number;
}

/** How busy each broker is with this producer's requests, and when it may be dialled again. */
export class NodeLoad {
  readonly #cluster: Cluster;
  readonly #maxInFlight: number;
  readonly #onChange: () => void;
  readonly #loads = new Map<number, Load>();
  lastError: MillraceError | null = null;

  constructor(cluster: Cluster, maxInFlight: number, onChange: () => void) {
    this.#cluster = cluster;
    this.#maxInFlight = maxInFlight;
    this.#onChange = onChange;
  }

  /** The node's connection where it can take another request; else null, and it is dialled where it should be. */
  free(node: number, nowMs: number): Connection | null {
    const load = this.#load(node);
    const connection = this.#cluster.openConnection(node, 'main');
    if (connection !== null) return load.inFlight < this.#maxInFlight ? connection : null;
    if (!load.connecting && load.retryAtMs <= nowMs) this.#dial(node, load);
    return null;
  }

  /** When a node that could not be reached is dialled again; Infinity where something else will wake the sender. */
  retryAtMs(node: number, nowMs: number): number {
    const { connecting, retryAtMs } = this.#load(node);
    return !connecting && retryAtMs > nowMs ? retryAtMs : Number.POSITIVE_INFINITY;
  }

  sent(node: number): void {
    this.#load(node).inFlight += 1;
  }

  answered(node: number): void {
    this.#load(node).inFlight -= 1;
  }

  #dial(node: number, load: Load): void {
    load.connecting = true;
    this.#cluster
      .connection(node, 'main')
      .then(
        () => {
          load.failures = 0;
        },
        (error: unknown) => {
          this.lastError = toMillraceError(error, { code: 'CONNECTION_REFUSED', class: 'transient' });
          load.retryAtMs = performance.now() + retryPauseMs(this.#cluster.config, load.failures);
          load.failures += 1;
        },
      )
      .finally(() => {
        load.connecting = false;
        this.#onChange();
      });
  }

  #load(node: number): Load {
    const known = this.#loads.get(node);
    if (known !== undefined) return known;
    const load = { inFlight: 0, connecting: false, failures: 0, retryAtMs: 0 };
    this.#loads.set(node, load);
    return load;
  }
}
