/**
 * Whether an offset that a sink keeps in its system was written of another topic of the same name (KIP-516): the topic was made anew, and
 * is written from its first record on. Where one of the ids is not known, it was not.
 * @param stored the id that was kept with the offset; null or undefined where none was
 * @param current of the topic as it is now, by `opened`
 */
export function isOfAnotherTopic(stored: string | null | undefined, current: string | null): boolean {
  return current !== null && stored !== null && stored !== undefined && stored !== current;
}
