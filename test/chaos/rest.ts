import { setTimeout as delay } from 'node:timers/promises';

const REQUEST_TIMEOUT_MS = 5_000;
const RETRY_MS = 250;
const PATIENCE_MS = 45_000;

export interface TaskStatus {
  readonly task: string;
  readonly state: string;
  readonly worker: string;
  readonly trace: string;
}

/** The REST API of whichever worker answers. */
export class RestOfAny {
  readonly #urls: readonly string[];
  #next = 0;

  constructor(ports: readonly number[]) {
    this.#urls = ports.map((port) => `http://127.0.0.1:${port}`);
  }

  /** Asks one worker after the other until one does it. @throws {Error} with the last answer, after 45 s */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    let last = '';
    while (performance.now() < deadlineMs) {
      const url = this.#urls[this.#next % this.#urls.length];
      const answer = await tryOnce(`${url}${path}`, method, body);
      if (answer.ok) return answer.body;
      last = `${url}: ${answer.problem}`;
      if (answer.final) break;
      this.#next++;
      await delay(RETRY_MS);
    }
    throw new Error(`${method} ${path}: ${last}`);
  }

  /** Of every task of these connectors. */
  async tasks(): Promise<readonly TaskStatus[]> {
    const all = (await this.ask('GET', '/connectors?expand=status')) as {
      [name: string]: { status: Status };
    };
    return Object.values(all).flatMap(({ status }) =>
      status.tasks.map(({ id, state, worker_id, trace }) => ({
        task: `${status.name}-${id}`,
        state,
        worker: worker_id,
        trace: trace?.split('\n')[0] ?? '',
      })),
    );
  }
}

interface Status {
  readonly name: string;
  readonly tasks: readonly {
    readonly id: number;
    readonly state: string;
    readonly worker_id: string;
    readonly trace?: string;
  }[];
}

type Answer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly problem: string; readonly final: boolean };

async function tryOnce(url: string, method: string, body: unknown): Promise<Answer> {
  try {
    const answer = await fetch(url, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const text = await answer.text();
    if (answer.ok) return { ok: true, body: text === '' ? null : JSON.parse(text) };
    const final =
      answer.status >= 400 && answer.status < 500 && answer.status !== 409 && answer.status !== 429;
    return { ok: false, problem: `${answer.status} ${text.slice(0, 300)}`, final };
  } catch (error) {
    return { ok: false, problem: String(error), final: false };
  }
}
