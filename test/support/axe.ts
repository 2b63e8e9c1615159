import axe from 'axe-core';
import type { Page } from 'playwright-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
  }[];
}

/** What axe finds wrong with a page as it stands, by WCAG 2.2 A and AA; empty where nothing is. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  // Not by a script element: the policy of the page would refuse it.
  await page.evaluate(axe.source);
  // From the top: what the head of the page covers by chance of scrolling is a scroll away, and not too small to be hit.
  const judged = `scrollTo(0, 0); axe.run({ runOnly: ${JSON.stringify(RULES)} })`;
  const { violations } = (await page.evaluate(judged)) as AxeResult;
  return violations.map(
    ({ id, nodes }) =>
      `${id} at ${nodes
        .slice(0, 3)
        .map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary})`)
        .join('; ')}`,
  );
}
