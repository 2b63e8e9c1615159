const TWO_28 = 2 ** 28;
const TWO_35 = 2 ** 35;

/** Bytes that a zigzag varint or varlong takes. Exact for safe integers. */
export function varintSize(value: number): number {
  const zigzag = value >= 0 ? value * 2 : -value * 2 - 1;
  if (zigzag < 128) return 1;
  if (zigzag < 16_384) return 2;
  if (zigzag < 2_097_152) return 3;
  if (zigzag < TWO_28) return 4;
  if (zigzag < TWO_35) return 5;
  let size = 6;
  for (let rest = zigzag / (TWO_35 * 128); rest >= 1; rest /= 128) size += 1;
  return size;
}
