import {
  type ConfigDef,
  type ConfigOf,
  isMillraceError,
  MillraceError,
  requireConfig,
} from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';

/**
 * Parses the options of one part of a connector, which stand in its config under a prefix.
 * @throws {MillraceError} INVALID_CONFIG, with the whole key as its path
 */
export function requireOptions<D extends ConfigDef>(
  definition: D,
  options: ConnectorConfig,
  prefix: string,
): ConfigOf<D> {
  try {
    return requireConfig(definition, options);
  } catch (error) {
    throw atPrefix(error, prefix);
  }
}

/** What a plugin says of its own options, with the key as the connector's config has it. */
export function atPrefix(error: unknown, prefix: string): unknown {
  if (!isMillraceError(error) || error.details.path === undefined) return error;
  const { path, hint } = error.details;
  const whole = `${prefix}${path}`;
  const named = (text: string) => text.replaceAll(`"${path}"`, `"${whole}"`);
  return new MillraceError(named(error.message), {
    ...error.details,
    path: whole,
    ...(hint === undefined ? {} : { hint: named(hint) }),
    cause: error,
  });
}
