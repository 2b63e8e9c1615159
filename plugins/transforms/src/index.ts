import { definePlugins } from '@millrace/sdk';

export default definePlugins({ name: '@millrace/transforms', plugins: [] });
