/** Kafka's numbers for what a member says of a record; a gap is an offset that it acquired and that holds no record. */
export const ACKNOWLEDGE_TYPES = { gap: 0, accept: 1, release: 2, reject: 3, renew: 4 } as const;

/** Offsets in a row with one type for all of them, or one for each. Both ends are included. */
export interface AcknowledgedBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly types: readonly number[];
}

/** Offsets in a row of which the same is said. */
export interface AcknowledgedRow {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly type: number;
}

/** @returns what is wrong with the batches themselves, whoever sends them; null for nothing */
export function acknowledgementProblem(batches: readonly AcknowledgedBatch[]): string | null {
  let before = -1;
  for (const { firstOffset, lastOffset, types } of batches) {
    if (firstOffset > lastOffset)
      return `A batch of acknowledgements goes from ${firstOffset} to ${lastOffset}.`;
    if (firstOffset <= before) return `Offset ${firstOffset} is acknowledged twice, or out of order.`;
    if (types.length === 0) return 'A batch of acknowledgements says nothing.';
    if (types.length > 1 && types.length !== lastOffset - firstOffset + 1)
      return `${types.length} acknowledgements do not fit offsets ${firstOffset} to ${lastOffset}.`;
    const strange = types.find((type) => type < ACKNOWLEDGE_TYPES.gap || type > ACKNOWLEDGE_TYPES.renew);
    if (strange !== undefined) return `There is no acknowledgement of type ${strange}.`;
    before = lastOffset;
  }
  return null;
}

export function hasRenewal(batches: readonly AcknowledgedBatch[]): boolean {
  return batches.some(({ types }) => types.includes(ACKNOWLEDGE_TYPES.renew));
}

/** What is said, row by row. */
export function acknowledgedRows(batches: readonly AcknowledgedBatch[]): readonly AcknowledgedRow[] {
  const rows: AcknowledgedRow[] = [];
  for (const { firstOffset, lastOffset, types } of batches) {
    const [only] = types;
    if (types.length === 1 && only !== undefined) {
      rows.push({ firstOffset, lastOffset, type: only });
      continue;
    }
    let from = 0;
    for (const [index, type] of types.entries()) {
      if (types[index + 1] === type) continue;
      rows.push({ firstOffset: firstOffset + from, lastOffset: firstOffset + index, type });
      from = index + 1;
    }
  }
  return rows;
}
