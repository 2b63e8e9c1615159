/** Node's timers beyond, 24 days, fire at once. */
export const LONGEST_TIMER_MS = 0x7fffffff;
