export { createAdmin } from './admin/admin.ts';
export type { Assignment, Assignor, MemberSubscription } from './consumer/assignors/assignor.ts';
export { range } from './consumer/assignors/range.ts';
export { roundRobin } from './consumer/assignors/round-robin.ts';
export { createConsumer } from './consumer/consumer.ts';
export { createGroupMember } from './group/group-member.ts';
export { createProducer } from './producer/producer.ts';
export { createShareConsumer } from './share/share-consumer.ts';
export type * from './types.ts';
