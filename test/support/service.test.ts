import { describe, expect, it } from 'vitest';
import { browserUnavailable, openBrowser } from './browser.ts';
import { freePort } from './free-port.ts';
import { startService, unavailable } from './service.ts';

describe('services of tests', () => {
  it.skipIf(unavailable('postgres'))('start on the port that is asked for, and end', async () => {
    const port = await freePort();
    const service = await startService('postgres', { port });
    expect(service).toMatchObject({ port, url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres` });
    await service.stop();
    const again = await startService('postgres', { port });
    await again.stop();
  });

  it.skipIf(browserUnavailable())('open a browser', async () => {
    const browser = await openBrowser();
    const page = await browser.newPage();
    await page.setContent('<h1>here</h1>');
    expect(await page.textContent('h1')).toBe('here');
    await browser.close();
  });
});
