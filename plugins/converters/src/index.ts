import { definePlugins } from '@millrace/sdk';
import { avroConverter } from './avro/avro-converter.ts';
import { byteArrayConverter } from './byte-array-converter.ts';
import { jsonConverter } from './json-converter.ts';
import { numberConverters } from './number-converters.ts';
import { simpleHeaderConverter } from './simple-header-converter.ts';
import { stringConverter } from './string-converter.ts';

export { avroConverter, byteArrayConverter, jsonConverter, simpleHeaderConverter, stringConverter };

export default definePlugins({
  name: '@millrace/converters',
  plugins: [
    jsonConverter,
    stringConverter,
    byteArrayConverter,
    ...numberConverters,
    avroConverter,
    simpleHeaderConverter,
  ],
});
