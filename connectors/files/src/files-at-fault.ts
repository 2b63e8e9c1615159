import { listed, type MillraceError, type TaskContext } from '@millrace/sdk';
import type { FileOffset } from './file-offset.ts';

/** The wait before a file at fault is tried again; it doubles from try to try, ms. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 60_000;
/** After how many looks without a fault a file that gives nothing counts as mended. */
const CALM_LOOKS = 3;

/** Where it is told of: in the log, and in the status of the connector as long as it lasts. */
type Told = Pick<TaskContext<never>, 'logger' | 'figure' | 'notice'>;

interface AtFault {
  readonly error: MillraceError;
  /** Where it is gone on with. */
  readonly resume: FileOffset | null;
  readonly tries: number;
  /** How often it was read without a fault since it was tried last. */
  readonly calm: number;
  /** By the monotonic clock. */
  readonly retryAtMs: number;
}

/**
 * Files that can't be read, or not on from some line: the others go on. Each is tried again after a while, behind what it has given, since somebody
 * may have mended it.
 */
export class FilesAtFault {
  readonly #told: Told;
  readonly #files = new Map<string, AtFault>();

  constructor(told: Told) {
    this.#told = told;
    this.#tell();
  }

  /** The log names a file when it fails, and again when it fails otherwise. */
  add(path: string, error: MillraceError, resume: FileOffset | null): void {
    const before = this.#files.get(path);
    const tries = (before?.tries ?? 0) + 1;
    const waitMs = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** Math.min(tries - 1, 10));
    this.#files.set(path, { error, resume, tries, calm: 0, retryAtMs: performance.now() + waitMs });
    this.#tell();
    if (before?.error.message === error.message) return;
    const { code, details } = error;
    this.#told.logger.error(
      { file: path, code, reason: error.message, hint: details.hint },
      'a file can’t be read on; the others are, and it is tried again',
    );
  }

  isWaiting(path: string): boolean {
    return (this.#files.get(path)?.retryAtMs ?? Number.NEGATIVE_INFINITY) > performance.now();
  }

  /** Begins another try: where to go on; undefined where the file is not at fault. */
  retried(path: string): FileOffset | null | undefined {
    const file = this.#files.get(path);
    if (file) this.#files.set(path, { ...file, retryAtMs: Number.NEGATIVE_INFINITY });
    return file?.resume;
  }

  /** It had nothing more to give. Some faults show at the second look. */
  calm(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    if (file.calm >= CALM_LOOKS) this.mended(path);
    else this.#files.set(path, { ...file, calm: file.calm + 1 });
  }

  /** It gave something. */
  mended(path: string): void {
    if (!this.#files.delete(path)) return;
    this.#told.logger.info({ file: path }, 'the file is read on');
    this.#tell();
  }

  /** Forgets those that are not there any more. */
  keep(paths: ReadonlySet<string>): void {
    const gone = [...this.#files.keys()].filter((path) => !paths.has(path));
    for (const path of gone) this.#files.delete(path);
    if (gone.length > 0) this.#tell();
  }

  #tell(): void {
    this.#told.figure('files_at_fault', this.#files.size);
    this.#told.notice('files_at_fault', this.#inWords());
  }

  /** Null: there are none. */
  #inWords(): string | null {
    const [first, ...others] = this.#files;
    if (first === undefined) return null;
    const [, { error }] = first;
    const why = [error.message, error.details.hint].filter((sentence) => sentence).join(' ');
    if (others.length === 0)
      return `A file can’t be read on; it is tried again, and the others are read. ${why}`;
    const names = others.map(([path]) => path);
    return `${this.#files.size} files can’t be read on; they are tried again, and the others are read. ${why} Also at fault: ${listed(names)}.`;
  }
}
