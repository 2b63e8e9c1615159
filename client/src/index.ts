export { createAdmin } from './admin/admin.ts';
export type * from './types.ts';
