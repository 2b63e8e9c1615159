import { definePlugins } from '@millrace/sdk';
import { byteArrayConverter } from './byte-array-converter.ts';
import { jsonConverter } from './json-converter.ts';
import { stringConverter } from './string-converter.ts';

export { byteArrayConverter, jsonConverter, stringConverter };

export default definePlugins({
  name: '@millrace/converters',
  plugins: [jsonConverter, stringConverter, byteArrayConverter],
});
