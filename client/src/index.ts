export { createAdmin } from './admin/admin.ts';
export { createGroupMember } from './group/group-member.ts';
export { createProducer } from './producer/producer.ts';
export type * from './types.ts';
