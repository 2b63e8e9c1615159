/** Bytes for people to read. */
export interface DecodedBytes {
  readonly encoding: 'null' | 'json' | 'text' | 'base64';
  /** JSON source, plain text, or base64. */
  readonly text: string;
  readonly sizeBytes: number;
  readonly truncated: boolean;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * JSON where it is JSON, text where it is UTF-8, base64 otherwise; cut after `maxBytes`.
 * @param sizeBytes of the whole, where `bytes` are only its beginning, longer than `maxBytes`
 */
export function decodedBytes(
  bytes: Buffer | null,
  maxBytes: number,
  sizeBytes: number = bytes?.length ?? 0,
): DecodedBytes {
  if (bytes === null) return { encoding: 'null', text: '', sizeBytes: 0, truncated: false };
  const truncated = sizeBytes > maxBytes;
  try {
    const text = utf8.decode(truncated ? wholeCharacters(bytes, maxBytes) : bytes);
    return { encoding: !truncated && isJson(text) ? 'json' : 'text', text, sizeBytes, truncated };
  } catch {
    return { encoding: 'base64', text: bytes.subarray(0, maxBytes).toString('base64'), sizeBytes, truncated };
  }
}

/** At most `maxBytes`, not ending inside a UTF-8 character. */
function wholeCharacters(bytes: Buffer, maxBytes: number): Buffer {
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
