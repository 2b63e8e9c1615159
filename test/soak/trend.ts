/** One look at a figure. */
export interface Sample {
  readonly seconds: number;
  readonly value: number;
}

/**
 * By how much a figure grows in a second: the middle of the slopes between all pairs of samples (Theil and Sen), so that single outliers,
 * such as a look in the middle of a garbage collection, do not count. 0 for fewer than two samples.
 */
export function slopeOf(samples: readonly Sample[]): number {
  const slopes: number[] = [];
  for (const [index, from] of samples.entries())
    for (const to of samples.slice(index + 1))
      if (to.seconds > from.seconds) slopes.push((to.value - from.value) / (to.seconds - from.seconds));
  return slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0;
}
