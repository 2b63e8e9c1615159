/** The key that workers of a group sign requests to each other with (KIP-507), from the config topic. */
export interface SessionKey {
  /** The key itself, base64. */
  readonly key: string;
  /** Java's name of the algorithm that it was made for, such as `HmacSHA256`. */
  readonly algorithm: string;
  /** Wall time, ms since the epoch. */
  readonly createdAtMs: number;
}

export interface SessionKeyRules {
  readonly algorithm: string;
  readonly sizeBytes: number;
  /** How long a key is used, ms; 0 for ever. */
  readonly ttlMs: number;
}

/** What may sign, in Java's names. */
export const signatureAlgorithms = [
  'HmacSHA1',
  'HmacSHA224',
  'HmacSHA256',
  'HmacSHA384',
  'HmacSHA512',
] as const;

/** When the leader has to make a new key: at once where there is none that fits its rules; Infinity for never. */
export function nextKeyAtMs(current: SessionKey | null, rules: SessionKeyRules): number {
  if (!current || current.algorithm !== rules.algorithm || sizeBytesOf(current.key) !== rules.sizeBytes)
    return Number.NEGATIVE_INFINITY;
  return rules.ttlMs === 0 ? Number.POSITIVE_INFINITY : current.createdAtMs + rules.ttlMs;
}

function sizeBytesOf(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}
