import type { ConsumerRecord } from '@millrace/client';
import type { Outcome } from './transaction-load.ts';

/** Violations that are told of one partition at most. */
const TOLD_MAX = 5;

/** What a partition of numbers must hold: 0, 1, 2, ... each once and in order, and all that was acknowledged. */
export function judgeNumbers(
  partition: string,
  values: readonly string[],
  acknowledged: ReadonlySet<number>,
): readonly string[] {
  const violations: string[] = [];
  const numbers = values.map((value) => Number(value.split(':')[1]));
  for (const [index, number] of numbers.entries()) {
    const before = numbers[index - 1] ?? -1;
    if (number <= before)
      violations.push(`${partition} holds ${number} after ${before}: a repeat, or out of order`);
    else if (number > before + 1)
      violations.push(`${partition} lacks what is between ${before} and ${number}`);
  }
  const there = new Set(numbers);
  const lost = [...acknowledged].filter((number) => !there.has(number));
  if (lost.length > 0)
    violations.push(
      `${partition} lost ${lost.length} that were acknowledged, such as ${lost.slice(0, TOLD_MAX)}`,
    );
  return violations.slice(0, TOLD_MAX);
}

/** What readers of committed records see of each transaction: all or nothing, once, and as its writer was told. */
export function judgeTransactions(
  records: readonly Pick<ConsumerRecord, 'partition' | 'value'>[],
  outcomes: readonly Outcome[],
  partitions: number,
): readonly string[] {
  const seen = new Map<number, number[]>();
  for (const { partition, value } of records) {
    const number = Number(String(value));
    seen.set(number, [...(seen.get(number) ?? []), partition]);
  }
  const violations: string[] = [];
  for (const [number, outcome] of outcomes.entries()) {
    const parts = seen.get(number) ?? [];
    const isWhole = parts.length === partitions && new Set(parts).size === partitions;
    const isRight =
      outcome === 'unknown' ? isWhole || parts.length === 0 : isWhole === (outcome === 'committed');
    if (!isRight || (!isWhole && parts.length > 0))
      violations.push(
        `transaction ${number} is ${outcome}, and seen in partitions ${parts.join() || 'none'}`,
      );
  }
  return violations.slice(0, 4 * TOLD_MAX);
}
