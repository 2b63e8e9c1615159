import type { MetadataImage } from '../../metadata/image.ts';
import type { GroupRecord } from '../records.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupRecord } from './records.ts';

/** A group as it will be once the records of a command are replayed: each decision sees those before it. */
export class GroupDraft {
  readonly records: GroupRecord[] = [];
  /** The metadata that the command is decided by; when its records are committed there may be newer. */
  readonly image: MetadataImage;
  /** Which topics of `image` were tried against the regular expressions: none, those that are new, or all. */
  matched: 'none' | 'new' | 'all' = 'none';
  #group: ConsumerGroup;
  #replayed = 0;

  constructor(group: ConsumerGroup, image: MetadataImage) {
    this.#group = group;
    this.image = image;
  }

  get group(): ConsumerGroup {
    if (this.#replayed === this.records.length) return this.#group;
    if (this.#replayed === 0) this.#group = this.#group.copy();
    for (; this.#replayed < this.records.length; this.#replayed += 1) {
      const record = this.records[this.#replayed];
      if (record !== undefined && isOfConsumerGroup(record)) this.#group.replay(record);
    }
    return this.#group;
  }

  add(...records: readonly GroupRecord[]): void {
    this.records.push(...records);
  }
}

function isOfConsumerGroup(record: GroupRecord): record is ConsumerGroupRecord {
  return record.kind.startsWith('consumer-');
}
