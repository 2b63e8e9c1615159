export { createAdmin } from './admin/admin.ts';
export { createProducer } from './producer/producer.ts';
export type * from './types.ts';
