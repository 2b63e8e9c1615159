import { describe, expect, it } from 'vitest';
import { unexpectedSkips } from './skip-gate.ts';

describe('the gate for skipped tests', () => {
  const allowed = [{ test: 'connectors/files/test/acceptance.test.ts > files > sink', reason: 'x' }];

  it('lets what is listed pass, by the start of its name', () => {
    expect(
      unexpectedSkips(['connectors/files/test/acceptance.test.ts > files > sink > deletes'], allowed),
    ).toEqual([]);
  });

  it('names what is not listed', () => {
    const other = 'connectors/files/test/acceptance.test.ts > files > source > deletes';
    expect(unexpectedSkips([other], allowed)).toEqual([other]);
    expect(unexpectedSkips([other], [])).toEqual([other]);
  });
});
