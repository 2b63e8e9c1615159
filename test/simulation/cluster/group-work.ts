import { GroupMember, type GroupMemberOptions } from './group-member.ts';
import { GroupPromises } from './group-promises.ts';
import { ClassicProtocol, ConsumerProtocol } from './group-protocols.ts';
import type { SimulatedClient, Workload } from './simulated-client.ts';
import { strikeOne } from './struck-member.ts';

export interface GroupWorkOptions {
  readonly newClient: () => SimulatedClient;
  readonly topic: string;
  readonly partitions: number;
  /** What its members speak, in turn. */
  readonly protocols: readonly ('classic' | 'consumer')[];
  /** Where each partition ends, once nobody writes any more. */
  readonly endOf: (partition: number) => number;
}

const GROUP = 'readers';
const MEMBERS = 3;

/** A group whose members come, crash and freeze. In the end it settles: each partition has one owner, which has read it all. */
export class GroupWork implements Workload {
  readonly #options: GroupWorkOptions;
  readonly #promises: GroupPromises;
  readonly #members: GroupMember[] = [];
  #isStopping = false;
  #made = 0;

  constructor(options: GroupWorkOptions) {
    this.#options = options;
    this.#promises = new GroupPromises({ isMixed: options.protocols.length > 1 });
    for (let index = 0; index < MEMBERS; index += 1) this.#members.push(this.#member());
  }

  /** With how its members stand. */
  get name(): string {
    const members = this.#members.map(({ standing, positions }) =>
      standing === null
        ? 'out'
        : `${standing.memberId.slice(-4)} in ${standing.generation} has ${[...positions].map(([partition, at]) => `${partition} at ${at}`)}`,
    );
    return `group (${members.join('; ')})`;
  }

  get failure(): string | null {
    return this.#members.find(({ failure }) => failure !== null)?.failure ?? null;
  }

  get isDone(): boolean {
    if (!this.#isStopping) return false;
    const { partitions, endOf } = this.#options;
    for (let partition = 0; partition < partitions; partition += 1) {
      const owners = this.#members.filter(({ standing }) => standing?.partitions.includes(partition));
      if (owners.length !== 1 || (owners[0]?.positions.get(partition) ?? -1) < endOf(partition)) return false;
    }
    return true;
  }

  stop(): void {
    this.#isStopping = true;
  }

  crash(): void {
    strikeOne(this.#members, () => this.#member());
  }

  #member(): GroupMember {
    const { newClient, topic, partitions, protocols } = this.#options;
    const protocol = protocols[this.#made % protocols.length];
    this.#made += 1;
    const memberId = Buffer.alloc(16, this.#made).toString('base64url');
    const options: GroupMemberOptions = {
      client: newClient(),
      group: GROUP,
      topic,
      partitions,
      promises: this.#promises,
    };
    return new GroupMember(
      options,
      protocol === 'classic' ? new ClassicProtocol(options) : new ConsumerProtocol(options, memberId),
    );
  }
}
