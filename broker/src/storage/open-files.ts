import { closeSync, constants, openSync } from 'node:fs';

interface OpenFile {
  readonly fd: number;
  /** Operations under way; a pinned file is not closed. */
  pins: number;
  /** Let go of while pinned: closed with the last pin. */
  forgotten: boolean;
}

/**
 * File descriptors by path, at most `openMax` of them beside those in use: the least recently used goes first. Files are
 * opened for reading and writing; only `create` makes one, so that a reader who comes late does not bring a deleted one back.
 */
export class OpenFiles {
  readonly #openMax: number;
  readonly #files = new Map<string, OpenFile>();

  constructor(openMax: number) {
    this.#openMax = openMax;
  }

  /** Makes the file where it is missing. */
  create(path: string): void {
    this.forget(path);
    this.#open(path, constants.O_CREAT);
  }

  /** For one synchronous operation. */
  fd(path: string): number {
    return this.#open(path).fd;
  }

  /** Keeps the descriptor open until `operation` has ended. */
  async with<T>(path: string, operation: (fd: number) => Promise<T>): Promise<T> {
    const file = this.#open(path);
    file.pins += 1;
    try {
      return await operation(file.fd);
    } finally {
      file.pins -= 1;
      if (file.forgotten && file.pins === 0) closeSync(file.fd);
    }
  }

  /** Closes the file once nobody uses it; before it is deleted or renamed. */
  forget(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    file.forgotten = true;
    if (file.pins === 0) closeSync(file.fd);
  }

  #open(path: string, flags = 0): OpenFile {
    const known = this.#files.get(path);
    if (known !== undefined) {
      if (this.#files.size > this.#openMax / 2) {
        this.#files.delete(path);
        this.#files.set(path, known);
      }
      return known;
    }
    if (this.#files.size >= this.#openMax) this.#evict();
    const file = {
      fd: openSync(path, constants.O_RDWR | flags, 0o644),
      pins: 0,
      forgotten: false,
    };
    this.#files.set(path, file);
    return file;
  }

  #evict(): void {
    for (const [path, file] of this.#files) {
      if (file.pins > 0) continue;
      this.forget(path);
      return;
    }
  }
}
