import { covers, intersect, isEmpty, type VersionRange } from '../src/schema/versions.ts';

/** When something holds, among the versions that can occur where it is asked. */
export type Condition = true | false | string;

/** The test that `version`, known to be within `around`, is within `range`. */
export function within(range: VersionRange, around: VersionRange): Condition {
  const both = intersect(range, around);
  if (isEmpty(both)) return false;
  if (covers(both, around)) return true;
  const tests: string[] = [];
  if (both.min > around.min) tests.push(`version >= ${both.min}`);
  if (both.max < around.max) tests.push(`version <= ${both.max}`);
  return tests.join(' && ');
}

/** One of two expressions by a condition, without a test where there is nothing to choose. */
export function choose(condition: Condition, whenTrue: string, whenFalse: string): string {
  if (condition === true || whenTrue === whenFalse) return whenTrue;
  if (condition === false) return whenFalse;
  return `${condition} ? ${whenTrue} : ${whenFalse}`;
}

/** Statements under a condition; `otherwise` may be left out. */
export function branch(
  condition: Condition,
  then: readonly string[],
  otherwise: readonly string[] = [],
): string[] {
  if (condition === true) return [...then];
  if (condition === false) return [...otherwise];
  if (then.length === 0 && otherwise.length === 0) return [];
  if (then.length === 0) return [`if (!(${condition})) {`, ...indent(otherwise), '}'];
  const open = [`if (${condition}) {`, ...indent(then)];
  return otherwise.length === 0 ? [...open, '}'] : [...open, '} else {', ...indent(otherwise), '}'];
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? line : `  ${line}`));
}
