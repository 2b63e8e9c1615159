import { strict as assert } from 'node:assert';
import { registerHooks } from 'node:module';
import { plantedBugs } from './planted-bugs.ts';

/** Imported before all else in a process of its own: puts the bug that `PLANTED_BUG` names into the sources as they are loaded. */
const name = process.env.PLANTED_BUG ?? '';
const bug = plantedBugs[name];
assert(bug, `there is a bug to plant that is called "${name}"`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/broker/src/${bug.file}`)) return loaded;
    const source = String(loaded.source);
    assert(source.includes(bug.right), `${bug.file} has what the bug is planted in`);
    return { ...loaded, source: source.replace(bug.right, () => bug.wrong) };
  },
});
