/** Equipment for tests of whoever speaks the protocol: every message as data, beside its codec. */
export type { ResolvedField, ResolvedStructure, ResolvedType } from '../schema/resolve.ts';
export { contains } from '../schema/versions.ts';
export { everyMessage, type MessageUnderTest, versionsOf } from './every-message.ts';
