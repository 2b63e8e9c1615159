import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

/** Where pictures of the docs are kept, from the repository's root. */
export const PICTURES_FOLDER = 'docs/pictures';

/** Screenshots that the docs show: the name under which a test takes it, and the file (without its ending) that it becomes. */
export const DOCS_PICTURES: ReadonlyMap<string, string> = new Map([
  ['home-failed-light', 'home'],
  ['source-light', 'connector'],
  ['create-shape-light', 'create'],
  ['dead-letter-light', 'dead-letters'],
  ['share-group-light', 'share-group'],
]);

/** Good enough to read 12 px text in. */
const QUALITY = 0.85;

/** Makes a picture of the docs of a screenshot, where the docs show it and `npm run pictures` asks for it. */
export async function keepForDocs(page: Page, name: string, png: Buffer): Promise<void> {
  const file = DOCS_PICTURES.get(name);
  if (file === undefined || process.env.DOCS_PICTURES !== '1') return;
  // In a page of its own: the policy of ours would refuse the data.
  const blank = await page.context().newPage();
  try {
    const webp = await blank.evaluate(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${png.toString('base64')}';
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', ${QUALITY}).split(',')[1];
    })()`);
    const folder = fileURLToPath(new URL(`../../${PICTURES_FOLDER}/`, import.meta.url));
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}${file}.webp`, Buffer.from(String(webp), 'base64'));
  } finally {
    await blank.close();
  }
}
