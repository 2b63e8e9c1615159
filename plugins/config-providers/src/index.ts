import { definePlugins } from '@millrace/sdk';
import { directoryConfigProvider } from './directory-config-provider.ts';
import { envVarConfigProvider } from './env-var-config-provider.ts';
import { fileConfigProvider } from './file-config-provider.ts';

export default definePlugins({
  name: '@millrace/config-providers',
  plugins: [envVarConfigProvider, fileConfigProvider, directoryConfigProvider],
});
