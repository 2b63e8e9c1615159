import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The version of this installation. */
export const VERSION = manifest.version;

/** The commit it was built from, where the build says so. */
export const COMMIT = process.env.MILLRACE_COMMIT ?? 'unknown';
