import { definePlugins } from '@millrace/sdk';
import { cast } from './cast.ts';
import { extractField } from './extract-field.ts';
import { extractNewRecordState } from './extract-new-record-state.ts';
import { flatten } from './flatten.ts';
import { functionTransform } from './function.ts';
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

export type { FunctionContext, RecordChange, RecordFunction } from './function.ts';

export default definePlugins({
  name: '@millrace/transforms',
  plugins: [
    ...cast,
    dropHeaders,
    ...extractField,
    extractNewRecordState,
    filter,
    ...flatten,
    functionTransform,
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
