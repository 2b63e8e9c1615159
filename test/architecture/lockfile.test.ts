import { describe, expect, it } from 'vitest';
import { readTracked, trackedPaths } from './source-tree.ts';

type Manifest = Readonly<Record<string, unknown>>;

const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/** Manifests that ask for something else than the lockfile says they do: `npm ci` refuses both. */
function outOfStep(
  manifests: ReadonlyMap<string, Manifest>,
  locked: Readonly<Record<string, Manifest>>,
): string[] {
  const asked = (manifest: Manifest | undefined) =>
    JSON.stringify(SECTIONS.map((section) => Object.entries(manifest?.[section] ?? {}).sort()));
  return [...manifests]
    .filter(([folder, manifest]) => asked(manifest) !== asked(locked[folder]))
    .map(([folder]) => `${folder || '.'}/package.json and package-lock.json differ: npm run lock`);
}

describe('the lockfile', () => {
  const manifests = new Map(
    trackedPaths
      .filter((path) => /(?:^|\/)package\.json$/.test(path) && !path.startsWith('test/fixtures/'))
      .map((path) => [path.replace(/\/?package\.json$/, ''), JSON.parse(readTracked(path).text) as Manifest]),
  );
  const { packages } = JSON.parse(readTracked('package-lock.json').text);

  it('is in step with every package.json', () => {
    expect(manifests.size).toBeGreaterThan(10);
    expect(outOfStep(manifests, packages)).toEqual([]);
  });

  it('is found out of step where one is not', () => {
    const client = { dependencies: { a: '1.0.0' } };
    expect(outOfStep(new Map([['client', client]]), { client })).toEqual([]);
    expect(
      outOfStep(new Map([['client', client]]), { client: { dependencies: { a: '1.0.1' } } }),
    ).toHaveLength(1);
    expect(outOfStep(new Map([['client', client]]), {})).toHaveLength(1);
  });

  it('asks for exact versions', () => {
    const ranges = [...manifests].flatMap(([folder, manifest]) =>
      SECTIONS.flatMap((section) => Object.entries((manifest[section] ?? {}) as Record<string, string>))
        .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${folder}: ${name}@${version}`),
    );
    expect(ranges).toEqual([]);
  });
});
