import { matches } from '@millrace/foundation';

/** A config's validator of a topic's name, by Kafka's own rule (`org.apache.kafka.common.internals.Topic`). */
export const topicName = matches(
  /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
  '1 to 249 letters, digits, dots, underscores and dashes',
);
