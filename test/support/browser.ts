import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { skipping } from './service.ts';

const PATH = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why no browser can be opened on this machine, for `describe.skipIf`; printed once. Undefined where one can. */
export function browserUnavailable(): string | undefined {
  return existsSync(PATH) ? undefined : skipping(`no browser: ${PATH} is not installed`);
}

/** A headless Chromium that talks to nobody but the pages it is given. The caller closes it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: PATH, headless: true, args: FLAGS });
}
