import { gzipSync } from 'node:zlib';
import type { openBrowser } from '@millrace/test/support';
import { LARGE } from './stack.ts';

type Browser = Awaited<ReturnType<typeof openBrowser>>;

const TIMEOUT_MS = 60_000;
const VIEWPORT = { width: 1360, height: 820 };
const SCROLL_STEPS = 120;
const SCROLL_STEP_PX = 400;

/** A page that has nothing cached. */
async function freshPage(browser: Browser) {
  const context = await browser.newContext({ viewport: VIEWPORT });
  context.setDefaultTimeout(TIMEOUT_MS);
  return context.newPage();
}

/** From the start of the navigation until `selector` stands there and two frames were drawn, ms. */
export async function interactiveMs(browser: Browser, url: string, selector: string): Promise<number> {
  const page = await freshPage(browser);
  // The page itself says when: what this process is told comes later.
  await page.addInitScript(`{
    const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => { window.drawnAtMs = performance.now(); }));
    const look = () => document.querySelector(${JSON.stringify(selector)}) ? drawn() : requestAnimationFrame(look);
    requestAnimationFrame(look);
  }`);
  await page.goto(url);
  await page.waitForSelector(selector);
  const atMs = Number(
    await page.evaluate(`new Promise((resolve) => {
      const look = () => (window.drawnAtMs ? resolve(window.drawnAtMs) : setTimeout(look, 20));
      look();
    })`),
  );
  await page.context().close();
  return atMs;
}

/** How long the page waits for the newest 50 messages of the large topic, ms, each time. */
export async function newestMs(browser: Browser, ui: string, runs: number): Promise<readonly number[]> {
  const page = await freshPage(browser);
  await page.goto(`${ui}topics/${LARGE}`);
  await page.waitForSelector('table.records tbody tr[data-row]');
  const url = new URL(`../api/v1/topics/${LARGE}/messages?from=newest&limit=50`, ui).href;
  const figures: number[] = [];
  for (let run = 0; run < runs; run++) {
    const script = `(async () => {
      const before = performance.now();
      const { messages } = await (await fetch(${JSON.stringify(url)})).json();
      if (messages.length !== 50) throw new Error(messages.length + ' messages');
      return performance.now() - before;
    })()`;
    figures.push(Number(await page.evaluate(script)));
  }
  await page.context().close();
  return figures;
}

/** The 95th percentile of the time between two frames while a long list is scrolled, ms. */
export async function frameMs(browser: Browser, url: string): Promise<number> {
  const page = await freshPage(browser);
  await page.goto(url);
  await page.waitForSelector('table.data tbody tr[data-row]');
  await page.evaluate(`{
    window.frames_ = [];
    let before = performance.now();
    const note = (now) => { window.frames_.push(now - before); before = now; requestAnimationFrame(note); };
    requestAnimationFrame(note);
  }`);
  await page.mouse.move(VIEWPORT.width / 2, VIEWPORT.height / 2);
  for (let step = 0; step < SCROLL_STEPS; step++) await page.mouse.wheel(0, SCROLL_STEP_PX);
  const frames = (await page.evaluate('window.frames_')) as number[];
  await page.context().close();
  return frames.sort((a, b) => a - b)[Math.floor(frames.length * 0.95)] ?? Number.NaN;
}

/** From when `act` was done until the open first page names a connector among those that are wrong, ms. */
export async function untilNamedMs(
  browser: Browser,
  ui: string,
  name: string,
  act: () => Promise<void>,
): Promise<number> {
  const page = await freshPage(browser);
  await page.goto(ui);
  await page.waitForSelector('table.data tbody tr[data-row]');
  await act();
  const fromMs = performance.now();
  await page.locator('.wrong-item').filter({ hasText: name }).waitFor();
  const elapsedMs = performance.now() - fromMs;
  await page.context().close();
  return elapsedMs;
}

/** All that the first page loads, each answer compressed by itself, bytes. */
export async function firstPageBytes(browser: Browser, ui: string): Promise<number> {
  const page = await freshPage(browser);
  const bodies: Promise<Buffer>[] = [];
  page.on('response', (response) => {
    const isStream = response.headers()['content-type']?.startsWith('text/event-stream') ?? false;
    if (response.ok() && !isStream) bodies.push(response.body().catch(() => Buffer.alloc(0)));
  });
  await page.goto(ui);
  await page.waitForSelector('table.data tbody tr[data-row]');
  const all = await Promise.all(bodies);
  await page.context().close();
  return all.reduce((sum, body) => sum + gzipSync(body).length, 0);
}
