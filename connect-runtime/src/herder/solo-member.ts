import type { GroupMember, GroupMemberCallbacks } from '@millrace/client';
import type { Logger } from '@millrace/foundation';

/** The member of a group of one: a standalone worker, which meets nobody, leads itself, and is given everything. */
export class SoloMember implements GroupMember {
  readonly memberId = 'standalone';
  readonly #callbacks: GroupMemberCallbacks;
  readonly #logger: Logger;
  #generation = 0;
  /** One meeting after the other. */
  #meeting: Promise<void> = Promise.resolve();
  /** Whether one is under way that has not begun yet: it serves all who ask meanwhile. */
  #asked = false;
  #closed = false;

  constructor(options: { readonly callbacks: GroupMemberCallbacks; readonly logger: Logger }) {
    this.#callbacks = options.callbacks;
    this.#logger = options.logger;
  }

  get generationId(): number {
    return this.#generation;
  }

  start(): void {
    this.requestRejoin('it starts');
  }

  requestRejoin(_reason: string): void {
    if (this.#asked || this.#closed) return;
    this.#asked = true;
    this.#meeting = this.#meeting.then(async () => {
      // What calls for a meeting is still under way while it calls.
      await new Promise((resolve) => setImmediate(resolve));
      this.#asked = false;
      if (!this.#closed) await this.#meet();
    });
  }

  async commitOffsets(): Promise<void> {
    // A group of workers has none.
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#meeting;
  }

  async #meet(): Promise<void> {
    const { memberId } = this;
    const generationId = ++this.#generation;
    try {
      const [protocol] = this.#callbacks.protocols();
      if (!protocol) return;
      const { name, metadata } = protocol;
      const assignments = await this.#callbacks.assign({
        generationId,
        leaderId: memberId,
        protocol: name,
        members: [{ memberId, groupInstanceId: null, metadata }],
      });
      const assignment = assignments.get(memberId) ?? Buffer.alloc(0);
      await this.#callbacks.joined({
        generationId,
        memberId,
        leaderId: memberId,
        isLeader: true,
        protocol: name,
        assignment,
      });
    } catch (error) {
      this.#logger.error({ err: error }, 'the work could not be assigned');
    }
  }
}
