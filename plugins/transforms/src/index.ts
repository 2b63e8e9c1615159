import { definePlugins } from '@millrace/sdk';
import { cast } from './cast.ts';
import { extractField } from './extract-field.ts';
import { flatten } from './flatten.ts';
import { headerFrom } from './header-from.ts';
import { dropHeaders, filter, insertHeader } from './headers.ts';
import { hoistField } from './hoist-field.ts';
import { insertField } from './insert-field.ts';
import { maskField } from './mask-field.ts';
import { replaceField } from './replace-field.ts';
import { regexRouter, timestampRouter } from './routers.ts';
import { setSchemaMetadata } from './set-schema-metadata.ts';
import { timestampConverter } from './timestamp-converter.ts';
import { valueToKey } from './value-to-key.ts';

export default definePlugins({
  name: '@millrace/transforms',
  plugins: [
    ...cast,
    dropHeaders,
    ...extractField,
    filter,
    ...flatten,
    ...headerFrom,
    ...hoistField,
    ...insertField,
    insertHeader,
    ...maskField,
    regexRouter,
    ...replaceField,
    ...setSchemaMetadata,
    ...timestampConverter,
    timestampRouter,
    valueToKey,
  ],
});
