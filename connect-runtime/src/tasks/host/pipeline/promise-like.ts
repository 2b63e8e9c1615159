/** Whether a step answers later. Steps that answer at once cost no promise. */
export function isLater<T>(answer: T | Promise<T>): answer is Promise<T> {
  return typeof (answer as { then?: unknown } | null)?.then === 'function';
}
