import { decodeBatch, iterateBatches } from '@millrace/protocol/records';

const DECOMPRESSED_MAX_BYTES = 1024 * 1024;

/** Everything that was committed in one log, for ever; what contradicts it is thrown. */
export class CommittedLog {
  readonly name: string;
  /** The highest high watermark of all leaders. */
  end = 0;
  readonly #isCompacted: boolean;
  /** By offset: of batches, or of records where batches change by compaction. */
  readonly #digests = new Map<number, string>();
  readonly #leaders = new Map<number, number>();
  readonly #endByEpoch = new Map<number, number>();

  constructor(name: string, { isCompacted }: { readonly isCompacted: boolean }) {
    this.name = name;
    this.#isCompacted = isCompacted;
  }

  /** Batches, or records. */
  get count(): number {
    return this.#digests.size;
  }

  /** An epoch has one leader, and that one has everything that was committed before. */
  leads(nodeId: number, epoch: number, endOffset: number): void {
    const known = this.#leaders.get(epoch);
    if (known === nodeId) return;
    if (known !== undefined)
      throw new Error(`${this.name} is led by ${known} and ${nodeId} in epoch ${epoch}`);
    this.#leaders.set(epoch, nodeId);
    for (const [before, end] of this.#endByEpoch) {
      if (before < epoch && end > endOffset)
        throw new Error(
          `${nodeId} leads ${this.name} in epoch ${epoch} with ${endOffset}, but ${end} was committed in epoch ${before}`,
        );
    }
  }

  committed(epoch: number, highWatermark: number): void {
    if (highWatermark > (this.#endByEpoch.get(epoch) ?? -1)) this.#endByEpoch.set(epoch, highWatermark);
    this.end = Math.max(this.end, highWatermark);
  }

  /**
   * What stands below a high watermark.
   * @returns the offset after the last batch
   */
  agree(buffer: Buffer, from: number, how: string): number {
    let next = from;
    for (const header of iterateBatches(buffer)) {
      const { position, baseOffset, lastOffset } = header;
      if (lastOffset < from) continue;
      if (this.#isCompacted) {
        const { records } = decodeBatch(buffer, position, { maxDecompressedBytes: DECOMPRESSED_MAX_BYTES });
        for (const { offset, key, value } of records)
          this.#set(offset, `${key?.toString('base64')} ${value?.toString('base64')}`, how);
      } else {
        if (baseOffset > next && next > from) throw new Error(`${this.name} has a gap at ${next}: ${how}`);
        this.#set(baseOffset, digestOf(buffer, position), how);
      }
      next = lastOffset + 1;
    }
    return next;
  }

  /** A producer was told that its batch is at that offset. */
  acknowledged(offset: number, batch: Buffer): void {
    if (this.#isCompacted) {
      const { records } = decodeBatch(batch, 0, { maxDecompressedBytes: DECOMPRESSED_MAX_BYTES });
      for (const [index, { key, value }] of records.entries())
        this.#set(
          offset + index,
          `${key?.toString('base64')} ${value?.toString('base64')}`,
          'was acknowledged',
        );
    } else this.#set(offset, digestOf(batch, 0), 'was acknowledged');
    if (offset >= this.end)
      throw new Error(`${this.name}: ${offset} is acknowledged, ${this.end} is committed`);
  }

  #set(offset: number, digest: string, how: string): void {
    const known = this.#digests.get(offset);
    if (known !== undefined && known !== digest)
      throw new Error(`${this.name} at ${offset}: what ${how} is not what was committed there`);
    this.#digests.set(offset, digest);
  }
}

/** The checksum, which does not depend on where the batch stands. */
function digestOf(buffer: Buffer, position: number): string {
  return buffer.subarray(position + 17, position + 21).toString('hex');
}
