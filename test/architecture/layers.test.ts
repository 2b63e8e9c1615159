import { describe, expect, it } from 'vitest';
import { layerFindings } from './layers.ts';
import { SourceFile, sourceFiles } from './source-tree.ts';

describe('who may import whom', () => {
  it('holds in every file', () => {
    expect(sourceFiles.flatMap(layerFindings)).toEqual([]);
  });

  it.each([
    ['protocol/src/x.ts', '@millrace/client', 'protocol may import @millrace/foundation'],
    ['foundation/src/x.ts', '@millrace/protocol', 'foundation may import nothing of ours'],
    ['broker/src/network/x.ts', '@millrace/client', '@millrace/client/connection'],
    ['broker/src/runtime/x.ts', '@millrace/connect-runtime', 'broker may import'],
    ['connectors/files/src/x.ts', '@millrace/foundation', 'connectors may import @millrace/sdk'],
    ['connectors/files/src/x.ts', '../../postgres/src/lsn.ts', 'use what the package exports'],
    ['plugins/converters/src/x.ts', '@millrace/connector-files', 'plugins may import @millrace/sdk'],
    ['plugins/sdk/src/x.ts', '@millrace/converters', 'plugins/sdk may import @millrace/foundation'],
    ['connect-runtime/src/worker.ts', '@millrace/protocol', 'connect-runtime may import'],
    ['rest-api/src/x.ts', '@millrace/connect-runtime', 'rest-api may import @millrace/foundation'],
    ['ui/src/x.tsx', '@millrace/rest-api', 'ui may import @millrace/rest-api/contract'],
    ['cli/src/x.ts', '@millrace/broker/src/index.ts', 'use what the package exports'],
    ['cli/src/x.ts', '../../broker/src/index.ts', 'use what the package exports'],
    ['client/src/x.ts', '@millrace/cli', 'nothing imports cli, test or bench'],
    ['cli/src/x.ts', '@millrace/test/support', 'nothing imports cli, test or bench'],
    ['connectors/files/src/x.ts', '@millrace/sdk/testing', 'for tests alone'],
    ['cli/src/x.ts', '@millrace/broker/testing/group-driver', 'for tests alone'],
    ['cli/src/x.ts', '@millrace/broker/core/group/group-shard', 'only the simulator'],
    ['test/integration/x.ts', '@millrace/broker/core/group/group-shard', 'only the simulator'],
    ['broker/src/runtime/x.ts', '@millrace/protocol/messages', 'made in broker/src/apis'],
    ['broker/src/core/group/x.ts', '@millrace/protocol/messages', 'made in broker/src/apis'],
    ['a-new-folder/src/x.ts', '@millrace/foundation', 'no layer is named'],
  ])('notices %s importing %s', (path, specifier, message) => {
    const [finding, ...more] = layerFindings(new SourceFile(path, `import { x } from '${specifier}';`));
    expect(finding).toContain(message);
    expect(more).toEqual([]);
  });

  it.each([
    ['broker/src/core/log/x.ts', '../../runtime/partition.ts'],
    ['broker/src/core/log/x.ts', '../../storage/log.ts'],
    ['broker/src/core/group/x.ts', '../../testing/group-driver.ts'],
    ['broker/src/storage/x.ts', '../testing/sample-batches.ts'],
    ['broker/src/runtime/x.ts', '../apis/api.ts'],
    ['broker/src/runtime/x.ts', '../network/socket-server.ts'],
    ['broker/src/storage/x.ts', '../runtime/partition.ts'],
    ['connect-runtime/src/core/herder/x.ts', '../../worker.ts'],
    ['connect-runtime/src/core/herder/x.ts', '../../tasks/ipc.ts'],
    ['connect-runtime/src/herder/x.ts', '../plugins/plugin-loader.ts'],
    ['connect-runtime/src/herder/x.ts', '../tasks/host/host.ts'],
    ['connect-runtime/src/tasks/x.ts', './host/host.ts'],
    ['rest-api/src/contract/x.ts', '../errors.ts'],
  ])('notices %s leaving its room for %s', (path, specifier) => {
    expect(layerFindings(new SourceFile(path, `import type { X } from '${specifier}';`))).toHaveLength(1);
  });

  it.each([
    "export * from '../runtime/partition.ts';",
    "export { Partition } from '../runtime/partition.ts';",
    "const x = await import('../runtime/partition.ts');",
  ])('notices every way to import: %s', (text) => {
    expect(layerFindings(new SourceFile('broker/src/core/x.ts', text))).toHaveLength(1);
  });

  it('lets a package import what it may', () => {
    const text =
      "import '@millrace/client/connection'; import '@millrace/protocol/records'; import 'pino'; import '../core/log/retention.ts';";
    expect(layerFindings(new SourceFile('broker/src/runtime/x.ts', text))).toEqual([]);
  });
});
