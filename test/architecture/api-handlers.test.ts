import { describe, expect, it } from 'vitest';
import { handlerFindings, isHandler } from './api-handlers.ts';
import { readTracked, SourceFile, sourceFiles, trackedPaths } from './source-tree.ts';

const GOOD = `/**
 * ListGroups v0-5
 *
 * - Says which groups there are.
 *
 * Versions: v4 states; v5 types.
 *
 * Not implemented: nothing is missing.
 */
export const listGroups = defineApi({
  api,
  versions: [0, 5],
  access: [['DESCRIBE', 'GROUP']],
});
`;
const TREE = {
  index: "import { listGroups } from './16-list-groups.ts';",
  paths: ['protocol/schemas/16-list-groups.ts'],
};

const planted = (text: string, path = 'broker/src/apis/16-list-groups.ts', tree = TREE) =>
  handlerFindings(new SourceFile(path, text), tree);

describe('the handlers of the protocol', () => {
  it('are named, headed, listed and guarded', () => {
    const handlers = sourceFiles.filter(isHandler);
    const index = readTracked('broker/src/apis/index.ts').text;
    expect(handlers.length).toBeGreaterThan(5);
    expect(handlers.flatMap((file) => handlerFindings(file, { index, paths: trackedPaths }))).toEqual([]);
  });

  it('pass as they should be', () => {
    expect(planted(GOOD)).toEqual([]);
    expect(planted(GOOD.replace('v0-5', 'v3-5, advertised from 0'))).toEqual([]);
  });

  it.each([
    ["  access: [['DESCRIBE', 'GROUP']],\n", '', 'states no access'],
    ['ListGroups v0-5', 'ListGroup v0-5', 'has no header'],
    ['v0-5', 'v0-4', 'is headed v0-4, but serves 0 to 5'],
    ['v0-5', 'v0-5, advertised from 1', 'is headed v1-5, but serves 0 to 5'],
    [' * - Says', ' * Says', 'lists no behaviours'],
    ['Versions:', 'By version:', 'Versions: ...'],
    ['Not implemented:', 'Missing:', 'Not implemented: ...'],
  ])('notice %j turned into %j', (from, to, message) => {
    expect(planted(GOOD.replace(from, to)).join()).toContain(message);
  });

  it('notice a wrong name, a missing schema and a handler that is not listed', () => {
    expect(planted(GOOD, 'broker/src/apis/6-x.ts')[0]).toContain('is not called NN-name.ts');
    expect(planted(GOOD, undefined, { ...TREE, paths: [] })[0]).toContain('has no schema');
    expect(planted(GOOD, undefined, { ...TREE, index: '' })[0]).toContain('is not listed');
  });
});
