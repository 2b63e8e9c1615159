const SEQUENCE_MODULUS = 2 ** 31;

/** The sequence number `count` records after `sequence`: from 2^31 - 1 it goes on at 0 (KIP-98). */
export function addToSequence(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCE_MODULUS;
}
