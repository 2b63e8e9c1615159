import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { axeFindings } from './axe.ts';
import { keepForDocs } from './docs-pictures.ts';

/** For people to look at; git ignores it. */
const SCREENSHOTS = fileURLToPath(new URL('../e2e/screenshots/', import.meta.url));

/**
 * Takes pictures of a page as it stands, in light and in dark, and sees that everybody can use it in both.
 * @throws {Error} with what axe finds wrong
 */
export async function shoot(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await takePicture(page, `${name}-${colorScheme}`);
    const findings = await axeFindings(page);
    if (findings.length > 0) throw new Error(`${name}, ${colorScheme}: ${findings.join('\n')}`);
  }
}

/** A picture of how the page looks, without any judgement; the docs show some of them. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const png = await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, animations: 'disabled' });
  await keepForDocs(page, name, png);
}
