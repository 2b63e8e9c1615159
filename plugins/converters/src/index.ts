import { definePlugins } from '@millrace/sdk';
import { byteArrayConverter } from './byte-array-converter.ts';
import { jsonConverter } from './json-converter.ts';
import { numberConverters } from './number-converters.ts';
import { simpleHeaderConverter } from './simple-header-converter.ts';
import { stringConverter } from './string-converter.ts';

export { byteArrayConverter, jsonConverter, simpleHeaderConverter, stringConverter };

export default definePlugins({
  name: '@millrace/converters',
  plugins: [jsonConverter, stringConverter, byteArrayConverter, ...numberConverters, simpleHeaderConverter],
});
