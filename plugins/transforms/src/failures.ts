import { kindOf, MillraceError } from '@millrace/sdk';

/** The error of a record that a transform can't take. `path` is the field, as the config names it. */
export function poison(code: string, sentence: string, hint: string, path?: string): MillraceError {
  return new MillraceError(sentence, {
    code,
    class: 'poison',
    hint,
    ...(path === undefined ? {} : { path }),
  });
}

/** What a transform needed to find where `kindOf(value)` stood. */
export function wrongShape(transform: string, needs: string, value: unknown): MillraceError {
  return poison(
    'VALUE_OF_WRONG_SHAPE',
    `${transform} needs ${needs}, and got ${kindOf(value)}.`,
    'Apply it by a predicate to the records that it fits, or put a transform before it that makes them fit.',
  );
}

/** A field that the config names and the record's schema lacks. */
export function noSuchField(transform: string, field: string): MillraceError {
  return poison(
    'FIELD_NOT_FOUND',
    `${transform} found no field "${field}" in the record's schema.`,
    'Correct the name of the field, or apply the transform by a predicate to the topics that have it.',
    field,
  );
}

/** An option that is wrong in a way that only making the transform finds out. */
export function wrongOption(key: string, sentence: string, hint: string): MillraceError {
  return new MillraceError(sentence, { code: 'INVALID_CONFIG', class: 'config', hint, path: key });
}
