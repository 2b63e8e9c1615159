import { describe, expect, test } from 'vitest';
import { compareVersions, parseVersionRange } from './version-range.ts';

describe('a range of versions', () => {
  test.each([
    ['1.2', ['1.2', '1.2.0', '1.2-ga'], ['1.2.1', '1.1', '1.2-rc']],
    ['[1.2]', ['1.2'], ['1.3']],
    ['[1.0,2.0)', ['1.0', '1.9.9', '2.0-alpha'], ['0.9', '2.0', '2.1']],
    ['(1.0,2.0]', ['1.0.1', '2.0'], ['1.0', '2.0.1']],
    ['[1.5,)', ['1.5', '99'], ['1.4']],
    ['(,1.0],[1.2,)', ['0.1', '1.0', '1.2', '3'], ['1.1']],
    ['1.0.0-beta.2', ['1.0.0-beta.2'], ['1.0.0', '1.0.0-beta.1']],
  ])('%s', (range, inside, outside) => {
    const { contains } = parseVersionRange(range, 'v')!;
    expect(inside.filter((version) => !contains(version))).toEqual([]);
    expect(outside.filter(contains)).toEqual([]);
  });

  test.each([undefined, '', ' ', 'latest'])('%j asks for nothing', (text) => {
    expect(parseVersionRange(text, 'v')).toBeNull();
  });

  test.each([
    ...['[1.0', '(1.0)', '[2,1]', '[]', '[1,2,3]', '[1.0,2.0', '[1,1)', '[2,3],[1,)', '(,2],[1,3]'],
  ])('%s is refused by name', (text) => {
    expect(() => parseVersionRange(text, 'connector.plugin.version')).toThrow('"connector.plugin.version"');
  });
});

test('versions are ordered as Maven orders them', () => {
  const ordered = [
    ...[
      '0.9',
      '1.0-alpha',
      '1.0-alpha-2',
      '1.0-b1',
      '1.0.0-m3',
      '1.0-rc.1',
      '1.0-SNAPSHOT',
      '1.0',
      '1.0-sp1',
    ],
    ...['1.0-xyz', '1.0.1', '1.1', '1.2', '1.10', '2'],
  ];
  for (const [index, version] of ordered.entries()) {
    for (const later of ordered.slice(index + 1)) {
      expect([version, later, Math.sign(compareVersions(version, later))]).toEqual([version, later, -1]);
      expect(compareVersions(later, version)).toBeGreaterThan(0);
    }
  }
  for (const same of ['1', '1.0', '1.0.0', '1-ga', '1.0-FINAL', '1.0.0+build5']) {
    expect(compareVersions('1.0', same)).toBe(0);
  }
});
