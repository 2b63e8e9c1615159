const EVERY = 37;
const AT = 5;

/** Whether a sink that is to find poison refuses this record; `value` is `counter/part/number`. */
export function isPoison(value: string): boolean {
  return Number(value.slice(value.lastIndexOf('/') + 1)) % EVERY === AT;
}
