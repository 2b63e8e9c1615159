import type { ConfigType, ConfigValue, Importance, Validator } from '@millrace/foundation';

const IMPORTANCE: Importance = 'medium';

/** One row of a table of the broker's keys: type, default, meaning, what is allowed. */
export function key<const T extends ConfigType, const D extends ConfigValue>(
  type: T,
  byDefault: D,
  docs: string,
  validate?: Validator,
) {
  const row = { type, default: byDefault, importance: IMPORTANCE, docs };
  return validate === undefined ? row : { ...row, validate };
}
