import { parseArgs } from 'node:util';
import { createRestApi } from '../src/index.ts';
import { fakePorts } from '../src/testing/fake-ports.ts';
import { isSceneName, play, SCENE_NAMES } from './scenes.ts';

/**
 * The server over made-up ports, to look at the UI without a broker:
 * `node rest-api/dev/serve.ts --ui FOLDER --scene busy|failed|empty --port 8090`.
 */
const { values } = parseArgs({
  options: {
    ui: { type: 'string' },
    scene: { type: 'string', default: 'busy' },
    port: { type: 'string', default: '8090' },
  },
});
if (!isSceneName(values.scene)) throw new Error(`--scene is one of ${SCENE_NAMES.join(', ')}`);

const ports = fakePorts();
ports.uiState = values.ui === undefined ? { unavailable: 'No folder was given.' } : { folder: values.ui };
play(ports, values.scene);
const api = await createRestApi(ports);
const address = await api.listen({ host: '127.0.0.1', port: Number(values.port) });
process.stdout.write(`${address}/ui/\n`);
process.once('SIGTERM', () => void api.close().then(() => process.exit(0)));
