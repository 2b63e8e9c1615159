import type { WantedPosition } from '../offsets.ts';
import type { AlteredConnector, Forgotten } from '../plugin.ts';
import type { RecordPlace } from '../record.ts';

/** The offsets that a sink keeps in its target, beside what it writes. */
export interface KeptOffsets {
  /** Sets offsets, for whoever takes the partitions next: who has them now is fenced. */
  set(positions: readonly RecordPlace[]): Promise<void>;
  /** The same with all partitions that are known, to the beginning. */
  reset(): Promise<void>;
}

export interface KeptOffsetsOptions<C> {
  /** Whether this config has the sink keep offsets. */
  readonly keeps: (config: C) => boolean;
  /** Does something with the offsets of a connector, over a connection that ends with it. */
  readonly within: (
    config: C,
    connector: string,
    work: (kept: KeptOffsets) => Promise<void>,
    signal?: AbortSignal,
  ) => Promise<void>;
}

/**
 * What the runtime asks of a sink that keeps offsets in its target (`SinkConnector.exactlyOnce`, `alterOffsets`, `forget`). When the
 * group's offsets are reset the kept ones go back to the beginning; those of a deleted connector stay, as its group's do.
 */
export function keptOffsets<C>({ keeps, within }: KeptOffsetsOptions<C>) {
  return {
    exactlyOnce: keeps,
    async alterOffsets(
      config: C,
      positions: readonly WantedPosition[],
      { connector }: AlteredConnector,
    ): Promise<boolean> {
      if (!keeps(config)) return false;
      const places = positions.map((position) => ({ ...position, offset: position.offset ?? 0 }));
      await within(config, connector, (kept) => kept.set(places));
      return true;
    },
    async forget(config: C, { connector, because, signal }: Forgotten): Promise<void> {
      if (!keeps(config) || because === 'deleted') return;
      await within(config, connector, (kept) => kept.reset(), signal);
    },
  };
}
