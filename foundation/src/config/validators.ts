import type { ConfigValue, Validator } from './definition.ts';

const described = (allows: string, check: (value: ConfigValue) => string | null): Validator =>
  Object.assign((value: ConfigValue) => (value === null ? null : check(value)), { allows });

/** A number between `min` and `max`, both included. */
export function range(min: number, max: number = Number.POSITIVE_INFINITY): Validator {
  const allows = max === Number.POSITIVE_INFINITY ? `[${min},...]` : `[${min},...,${max}]`;
  return described(allows, (value) =>
    typeof value === 'number' && value >= min && value <= max
      ? null
      : max === Number.POSITIVE_INFINITY
        ? `must be at least ${min}`
        : `must be between ${min} and ${max}`,
  );
}

/** One of a few words; forms offer them as a choice. */
export function oneOf(...allowed: readonly string[]): Validator {
  const allows = `one of ${allowed.join(', ')}`;
  const check = described(allows, (value) => (allowed.includes(String(value)) ? null : `must be ${allows}`));
  return Object.assign(check, { choices: allowed });
}

/** A string, or each item of a list, that is not empty. */
export const nonEmpty: Validator = described('non-empty', (value) => {
  const items = Array.isArray(value) ? value : [value];
  return items.length > 0 && items.every((item) => String(item).trim() !== '') ? null : 'must not be empty';
});

export function matches(pattern: RegExp, what: string): Validator {
  return described(what, (value) => (String(value).search(pattern) !== -1 ? null : `must be ${what}`));
}
