import { definePlugins } from '@millrace/sdk';
import { hasHeaderKey, recordIsTombstone, topicNameMatches } from './predicates.ts';

export default definePlugins({
  name: '@millrace/predicates',
  plugins: [topicNameMatches, hasHeaderKey, recordIsTombstone],
});
