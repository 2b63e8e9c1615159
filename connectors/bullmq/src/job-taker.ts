import { type JsonObject, type Logger, MillraceError } from '@millrace/sdk';
import { Job, type JobJson, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { SourceConfig } from './config.ts';
import type { Feed, FeedItem } from './feed.ts';
import { itemOf } from './job-item.ts';
import { takeUpOwnJobs } from './own-jobs.ts';

/** Jobs that are asked for side by side: the server answers in order. */
const TAKES_AT_ONCE = 50;
const COMPLETIONS_AT_ONCE = 200;
/** How long an empty queue is waited for at once, s. */
const WAIT_SECONDS = 1;
/** A job is given back whenever a task dies that had it, which says nothing against the job. */
const STALLS_MAX = 1_000;

/** Keeps the text of a job's data, in which numbers are exact. */
class TextWorker extends Worker {
  readonly texts = new WeakMap<object, string>();

  protected override createJob(json: JobJson, id: string): Job {
    const job = super.createJob(json, id);
    this.texts.set(job, json.data);
    return job;
  }
}

export interface TakerClients {
  /** Lives until the task has stopped: what is durable is completed at the very end. */
  readonly taking: Redis;
  /** Waits for jobs; ends with the signal. */
  readonly waiting: Redis;
}

/**
 * Takes jobs as a worker does, keeps their locks, and completes each when its record is durable. The lock is the task's own name, so
 * that a task that starts again takes up at once, and in order, what it had.
 */
export class JobTaker implements Feed {
  readonly #clients: TakerClients;
  readonly #config: SourceConfig;
  readonly #logger: Logger;
  readonly #name: string;
  readonly #stored: JsonObject | null;
  /** By the number under which they were taken, in that order. */
  readonly #taken = new Map<number, Job>();
  #worker: TextWorker | null = null;
  #resumed: Job[] = [];
  #next = 0;
  #renewing: NodeJS.Timeout | undefined;
  #checking: NodeJS.Timeout | undefined;
  #failure: unknown = null;

  /**
   * @param name of the task, as no other one has it
   * @param stored the last durable offset
   */
  constructor(
    clients: TakerClients,
    config: SourceConfig,
    logger: Logger,
    { name, stored }: { readonly name: string; readonly stored: JsonObject | null },
  ) {
    this.#clients = clients;
    this.#config = config;
    this.#logger = logger;
    this.#name = name;
    this.#stored = stored;
  }

  get pending(): number {
    return this.#taken.size;
  }

  async start(): Promise<void> {
    const lockMs = this.#config['lock.duration.ms'];
    const worker = new TextWorker(this.#config.queue, null, {
      connection: this.#clients.taking,
      prefix: this.#config.prefix,
      name: this.#name,
      autorun: false,
      lockDuration: lockMs,
      maxStalledCount: STALLS_MAX,
      stalledInterval: this.#config['stalled.interval.ms'],
    });
    this.#worker = worker;
    // What fails is told by whoever asked.
    worker.on('error', () => undefined);
    await worker.waitUntilReady();
    await this.#takeUpOwn(worker);
    this.#renewing = setInterval(() => this.#beside(this.#renew()), lockMs / 3);
    this.#checking = setInterval(
      () => this.#beside(worker.backend.moveStalledJobsToWait()),
      this.#config['stalled.interval.ms'],
    );
    await worker.backend.moveStalledJobsToWait();
  }

  /** What a former task had: the durable ones are completed, the others come again. */
  async #takeUpOwn(worker: TextWorker): Promise<void> {
    const { prefix, queue } = this.#config;
    const base = `${prefix}:${queue}:`;
    const ids = await takeUpOwnJobs(this.#clients.taking, {
      base,
      token: this.#name,
      worker: this.#name,
      lockMs: this.#config['lock.duration.ms'],
    });
    const jobs: Job[] = [];
    for (const id of ids) {
      const job = await Job.fromId(worker, id);
      if (!job) continue;
      worker.texts.set(job, (await this.#clients.taking.hget(base + id, 'data')) ?? 'null');
      jobs.push(job);
    }
    const last = jobs.findIndex(
      ({ id, processedOn }) => id === this.#stored?.job && processedOn === this.#stored?.taken,
    );
    if (last !== -1) await this.#complete(jobs.slice(0, last + 1));
    this.#resumed = jobs.slice(last + 1);
    if (ids.length > 0)
      this.#logger.info({ jobs: ids.length, durable: last + 1 }, 'took up the jobs of a former task');
  }

  async read(count: number): Promise<readonly FeedItem[]> {
    if (this.#failure) throw this.#failure;
    const resumed = this.#resumed.splice(0, count);
    const jobs = resumed.length > 0 ? resumed : await this.#take(count);
    if (jobs.length === 0) await this.#wait();
    return jobs.map((job) => this.#itemOf(job));
  }

  async #take(count: number): Promise<readonly Job[]> {
    const worker = this.#running;
    const jobs: Job[] = [];
    let asked = 1;
    while (jobs.length < count) {
      const asks = Array.from({ length: Math.min(asked, count - jobs.length) }, () =>
        worker.getNextJob(this.#name, { block: false }),
      );
      const got = (await Promise.all(asks)).filter((job) => job !== undefined);
      for (const job of got) if (await this.#isFit(job)) jobs.push(job);
      if (got.length < asks.length) break;
      asked = TAKES_AT_ONCE;
    }
    return jobs;
  }

  /** A job that has stalled too often is marked so, and to be failed by who takes it. */
  async #isFit(job: Job): Promise<boolean> {
    if (!job.deferredFailure) return true;
    await job.moveToFailed(new UnrecoverableError(job.deferredFailure), this.#name);
    return false;
  }

  async #wait(): Promise<void> {
    // Who adds a job leaves a marker; when it is time for a delayed one, asking again finds out.
    await this.#clients.waiting.bzpopmin(`${this.#config.prefix}:${this.#config.queue}:marker`, WAIT_SECONDS);
  }

  #itemOf(job: Job): FeedItem {
    const number = this.#next++;
    this.#taken.set(number, job);
    const facts = {
      id: job.id ?? '',
      name: job.name,
      data: this.#running.texts.get(job) ?? 'null',
      timestamp: job.timestamp,
      attempts: job.attemptsMade,
    };
    return itemOf(this.#config, facts, { job: facts.id, taken: job.processedOn ?? 0, number });
  }

  async durable(offset: JsonObject): Promise<void> {
    const jobs: Job[] = [];
    for (const [number, job] of this.#taken) {
      if (number > Number(offset.number)) break;
      jobs.push(job);
    }
    await this.#complete(jobs);
    for (const number of [...this.#taken.keys()].slice(0, jobs.length)) this.#taken.delete(number);
  }

  async #complete(jobs: readonly Job[]): Promise<void> {
    for (let at = 0; at < jobs.length; at += COMPLETIONS_AT_ONCE) {
      const some = jobs.slice(at, at + COMPLETIONS_AT_ONCE);
      const outcomes = await Promise.allSettled(
        some.map((job) => job.moveToCompleted({ millrace: this.#name }, this.#name, false)),
      );
      const failures = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
      );
      const fatal = failures.find((failure) => !isLost(failure));
      if (fatal !== undefined) throw fatal;
      if (failures.length > 0)
        this.#logger.warn(
          { jobs: failures.length },
          'the locks of jobs ran out before their records were durable; another worker has them, or had them',
        );
    }
  }

  async #renew(): Promise<void> {
    // What was taken up and has not been read yet may wait as long.
    const ids = [...this.#resumed, ...this.#taken.values()].map(({ id }) => id ?? '');
    if (ids.length === 0) return;
    await this.#running.extendJobLocks(
      ids,
      ids.map(() => this.#name),
      this.#config['lock.duration.ms'],
    );
  }

  /** Work of a timer: the next read tells how it failed, and nothing is renewed for a task that is to fail. */
  #beside(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#failure ??= error;
      this.#endTimers();
    });
  }

  #endTimers(): void {
    clearInterval(this.#renewing);
    clearInterval(this.#checking);
  }

  async stop(): Promise<void> {
    this.#endTimers();
    await this.#worker?.close(true).catch(() => undefined);
  }

  get #running(): TextWorker {
    if (this.#worker) return this.#worker;
    throw new MillraceError('The task was not started.', { code: 'BULLMQ_CONNECTOR_BUG', class: 'bug' });
  }
}

/** BullMQ's words for a job that is no longer this worker's. */
const isLost = (error: unknown): boolean =>
  error instanceof Error &&
  /Missing lock|Lock mismatch|Missing key|not in the active state/i.test(error.message);
