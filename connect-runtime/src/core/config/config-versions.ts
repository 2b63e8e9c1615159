import type { ConnectorConfig } from './cluster-config.ts';

/** Who changed a config, and how. `found`: it was there before anybody kept its history. */
export interface ConfigVersion {
  /** Counts from 1 for each connector name, also over its deletion. */
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly by: string;
  readonly what: 'create' | 'update' | 'restore' | 'delete' | 'found';
  /** Of a restore: the version that it took back. */
  readonly restored?: number;
  /** As stored; empty of a deletion. */
  readonly config: ConnectorConfig;
}

/** A change that is to be noted: the config before it, and after it; undefined where there is none. */
export interface ConfigStep {
  readonly before: ConnectorConfig | undefined;
  readonly after: ConnectorConfig | undefined;
  readonly by: string;
  readonly atMs: number;
  readonly restored?: number;
}

/** The newest versions of each connector that are kept. */
const KEPT_VERSIONS = 50;

/** The key under which a version is kept: it takes the place of the one that is too old by then. */
export function slotOf(version: number): number {
  return version % KEPT_VERSIONS;
}

/**
 * What to add to a history for a change; nothing where it changes nothing. A config that nobody has noted, since another kind of worker wrote it or history
 * began later, comes first, so that it can be restored.
 */
export function versionsFor(
  known: readonly ConfigVersion[],
  { before, after, by, atMs, restored }: ConfigStep,
): readonly ConfigVersion[] {
  if (before && after && sameConfig(before, after)) return [];
  const last = known.at(-1);
  const added: ConfigVersion[] = [];
  const next = () => (last?.version ?? 0) + added.length + 1;
  if (before && !(last && sameConfig(last.config, before))) {
    added.push({ version: next(), atMs, by: '', what: 'found', config: before });
  }
  const what =
    after === undefined ? 'delete' : restored !== undefined ? 'restore' : before ? 'update' : 'create';
  added.push({
    ...{ version: next(), atMs, by, what, config: after ?? {} },
    ...(restored === undefined ? {} : { restored }),
  });
  return added;
}

function sameConfig(a: ConnectorConfig, b: ConnectorConfig): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
