import { type ErrorReport, MillraceError, toMillraceError } from '@millrace/foundation';
import { boundedReport, boundedTrace, traceOf } from './trace.ts';

/** One end of the channel between the worker and a task host. Records never cross it. */
export interface IpcPort {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

type Envelope =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly body: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly body: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly error: ErrorReport; readonly trace: string }
  | { readonly kind: 'event'; readonly method: string; readonly body: unknown };

/** Calls with answers, and events without, over one channel; `Calls` are what the other side answers to. */
export class Ipc<Calls extends Methods, Events extends { [event: string]: unknown }> {
  readonly #port: IpcPort;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #closed: Error | null = null;

  constructor(port: IpcPort, serve: { calls: ServedMethods; event: (name: string, body: never) => void }) {
    this.#port = port;
    port.onMessage((message) => {
      const envelope = asEnvelope(message);
      if (!envelope) return;
      switch (envelope.kind) {
        case 'call':
          void this.#answer(envelope.id, serve.calls[envelope.method], envelope.method, envelope.body);
          return;
        case 'event':
          serve.event(envelope.method, envelope.body as never);
          return;
        case 'result':
          this.#take(envelope.id)?.resolve(envelope.body);
          return;
        case 'refused':
          this.#take(envelope.id)?.reject(fromReport(envelope.error, envelope.trace));
      }
    });
  }

  /**
   * Asks the other side.
   * @throws {MillraceError} what the other side threw; TASK_HOST_TIMEOUT after `timeoutMs`; or the reason of `close`
   */
  call<M extends keyof Calls & string>(
    method: M,
    body: Calls[M]['body'],
    timeoutMs: number,
  ): Promise<Calls[M]['result']> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#take(id)?.reject(timedOut(method, timeoutMs)), timeoutMs);
      this.#waiting.set(id, { timer, resolve: resolve as (body: unknown) => void, reject });
      try {
        this.#port.send({ kind: 'call', id, method, body } satisfies Envelope);
      } catch (error) {
        this.#take(id)?.reject(toMillraceError(error, { code: 'IPC_NOT_SENT', class: 'bug' }));
      }
    });
  }

  emit<E extends keyof Events & string>(event: E, body: Events[E]): void {
    if (!this.#closed) this.#port.send({ kind: 'event', method: event, body } satisfies Envelope);
  }

  /** Ends every call that waits with `reason`; later ones too. */
  close(reason: Error): void {
    this.#closed ??= reason;
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(reason);
  }

  async #answer(id: number, serve: Served | undefined, method: string, body: unknown): Promise<void> {
    try {
      if (!serve)
        throw new MillraceError(`no method "${method}"`, { code: 'IPC_UNKNOWN_METHOD', class: 'bug' });
      const result = await serve(body as never);
      if (!this.#closed) this.#port.send({ kind: 'result', id, body: result } satisfies Envelope);
    } catch (error) {
      const known = toMillraceError(error, { code: 'PLUGIN_THREW', class: 'bug', hint: PLUGIN_BUG_HINT });
      const refused = { kind: 'refused', id, error: known.report(), trace: traceOf(known) } as const;
      if (!this.#closed) this.#port.send(refused satisfies Envelope);
    }
  }

  /** Calls that wait for their answer. */
  get pending(): number {
    return this.#waiting.size;
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting) clearTimeout(waiting.timer);
    return waiting;
  }
}

export type Methods = { [method: string]: { body: unknown; result: unknown } };

type Served = (body: never) => unknown;
type ServedMethods = { readonly [method: string]: Served };

interface Waiting {
  readonly timer: NodeJS.Timeout;
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A plugin can reach the channel too, so what comes may be anything. */
function asEnvelope(message: unknown): Envelope | null {
  return typeof message === 'object' && message !== null && 'kind' in message ? (message as Envelope) : null;
}

/** Of what a plugin throws without a class. */
export const PLUGIN_BUG_HINT =
  'The trace says where the plugin threw it; its author can mend it, or throw an error that says what to do.';

/** An error report as an error again, on this side of the channel; its stack is that of the other side. */
export function fromReport(report: ErrorReport, trace: string): MillraceError {
  const { message, ...details } = boundedReport(report);
  const error = new MillraceError(message, details);
  error.stack = boundedTrace(trace);
  return error;
}

function timedOut(method: string, timeoutMs: number): MillraceError {
  return new MillraceError(`The plugin did not answer "${method}" within ${timeoutMs} ms.`, {
    code: 'TASK_HOST_TIMEOUT',
    class: 'transient',
    hint: 'Look at what the plugin waits for: an address that does not answer, a lock, a loop.',
  });
}
