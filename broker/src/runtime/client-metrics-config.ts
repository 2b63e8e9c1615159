import type { ConfigType } from '@millrace/foundation';
import type { Refusal } from '../core/controller/commands.ts';

/** One config of a subscription to client metrics (KIP-714). */
export interface ClientMetricsConfig {
  readonly type: ConfigType;
  readonly default: string;
  readonly docs: string;
}

const INTERVAL_MIN_MS = 100;
const INTERVAL_MAX_MS = 3_600_000;
const INT_MAX = 2_147_483_647;

/** Sorted by name. */
export const clientMetricsConfigs: ReadonlyMap<string, ClientMetricsConfig> = new Map(
  Object.entries({
    'interval.ms': { type: 'int', default: '300000', docs: 'Time between two reports of a client.' },
    match: { type: 'list', default: '', docs: 'Which clients are meant, as name=pattern.' },
    metrics: { type: 'list', default: '', docs: 'Beginnings of the names of the metrics that are wanted.' },
  } satisfies Record<string, ClientMetricsConfig>),
);

const CLIENT_PROPERTIES: ReadonlySet<string> = new Set([
  'client_instance_id',
  'client_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
]);

/** @returns why a subscription may not have these configs, or null */
export function clientMetricsProblem(values: ReadonlyMap<string, string>): Refusal | null {
  const unknown = [...values.keys()].find((name) => !clientMetricsConfigs.has(name));
  if (unknown !== undefined)
    return { error: 'INVALID_REQUEST', message: `"${unknown}" is no config of client metrics.` };
  const interval = values.get('interval.ms');
  if (interval !== undefined) {
    const message = `"interval.ms" must be from ${INTERVAL_MIN_MS} to ${INTERVAL_MAX_MS}, not "${interval}".`;
    if (!/^[+-]?\d+$/.test(interval.trim()) || Math.abs(Number(interval)) > INT_MAX)
      return { error: 'INVALID_CONFIG', message };
    const value = Number(interval);
    if (value < INTERVAL_MIN_MS || value > INTERVAL_MAX_MS) return { error: 'INVALID_REQUEST', message };
  }
  const patterns = (values.get('match') ?? '').split(',').filter((text) => text.trim() !== '');
  const wrong = patterns.find((text) => !isPattern(text.trim()));
  return wrong === undefined
    ? null
    : { error: 'INVALID_CONFIG', message: `"match" must be a list of property=pattern, not "${wrong}".` };
}

function isPattern(text: string): boolean {
  const at = text.indexOf('=');
  if (at < 0 || !CLIENT_PROPERTIES.has(text.slice(0, at))) return false;
  try {
    return new RegExp(text.slice(at + 1)) instanceof RegExp;
  } catch {
    return false;
  }
}
