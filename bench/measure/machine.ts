import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

/** Where and with what a measurement was made; a figure without it means nothing later. */
export interface Circumstances {
  readonly date: string;
  readonly commit: string;
  /** Whether files differed from that commit. */
  readonly modified: boolean;
  readonly node: string;
  readonly processors: string;
  readonly memoryMiB: number;
  /** Load of the last minute before the measurement began. */
  readonly loadBefore: number;
}

export function circumstances(): Circumstances {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const all = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: git('rev-parse', '--short', 'HEAD'),
    modified: git('status', '--porcelain', '--untracked-files=no') !== '',
    node: process.version,
    processors: `${all.length} x ${all[0]?.model.trim() ?? 'unknown'}`,
    memoryMiB: Math.round(totalmem() / 1024 / 1024),
    loadBefore: Number(loadavg()[0]?.toFixed(2)),
  };
}
