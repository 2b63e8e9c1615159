import { buildUi } from './build.ts';

/** `node ui/build-main.ts` builds the UI where it is not built yet, and prints the folder. */
const { folder } = await buildUi();
process.stdout.write(`${folder}\n`);
