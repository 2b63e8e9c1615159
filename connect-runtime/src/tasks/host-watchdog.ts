import { readFileSync } from 'node:fs';
import type { DeathReason } from './host-death.ts';

export interface HostWatchdogOptions {
  readonly pid: number | undefined;
  /** Resident memory, bytes. */
  readonly memoryMaxBytes: number;
  /** How long the host may say nothing once it has begun to talk, ms; it tells its counters at once, then twice a second. */
  readonly silenceMaxMs: number;
  /** Called once, with what went wrong: a predicate whose subject is the process. */
  readonly onTripped: (reason: DeathReason, what: string) => void;
}

const CHECK_INTERVAL_MS = 250;
const MIB = 1024 * 1024;

/**
 * Watches a host from outside, because a plugin that loops keeps its process from watching itself: resident memory, buffers
 * included, and signs of life. One that only starts is not silent: no plugin can hold it up yet, a busy machine can, and who asked
 * something of it has a time limit. Where the system has no /proc, memory is known by what the host says.
 */
export class HostWatchdog {
  readonly #options: HostWatchdogOptions;
  readonly #timer: NodeJS.Timeout;
  /** Null before its first word. */
  #heardAtMs: number | null = null;
  #checkedAtMs = performance.now();
  #tripped = false;

  constructor(options: HostWatchdogOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#check(), CHECK_INTERVAL_MS);
    this.#timer.unref();
  }

  /** The host said something. */
  heard(): void {
    this.#heardAtMs = performance.now();
  }

  used(residentBytes: number): void {
    const { memoryMaxBytes } = this.#options;
    if (residentBytes <= memoryMaxBytes) return;
    const used = `${Math.round(residentBytes / MIB)} MiB of ${Math.round(memoryMaxBytes / MIB)} MiB`;
    this.#trip('memory', `was killed because it used ${used} (task.host.memory.max.bytes)`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const nowMs = performance.now();
    // A worker that was held up itself has not read what the host said meanwhile.
    const late = nowMs - this.#checkedAtMs > CHECK_INTERVAL_MS * 4;
    this.#checkedAtMs = nowMs;
    if (late && this.#heardAtMs !== null) this.heard();
    const { silenceMaxMs } = this.#options;
    if (this.#heardAtMs !== null && nowMs - this.#heardAtMs > silenceMaxMs) {
      this.#trip(
        'silence',
        `was killed because a plugin kept it busy without a pause for ${silenceMaxMs} ms`,
      );
      return;
    }
    const residentBytes = residentBytesOf(this.#options.pid);
    if (residentBytes !== null) this.used(residentBytes);
  }

  #trip(reason: DeathReason, what: string): void {
    if (this.#tripped) return;
    this.#tripped = true;
    this.stop();
    this.#options.onTripped(reason, what);
  }
}

function residentBytesOf(pid: number | undefined): number | null {
  if (pid === undefined || process.platform !== 'linux') return null;
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  } catch {
    // The process is gone; its end is told by another way.
    return null;
  }
}
