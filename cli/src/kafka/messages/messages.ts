import type { Messages } from '@millrace/rest-api';
import { MessageReader, type MessageReaderOptions } from './message-reader.ts';
import { tailMessages } from './message-tail.ts';
import { MessageWriter } from './message-writer.ts';

/** The messages of any Kafka, for people. */
export function createMessages(options: MessageReaderOptions): Messages & { close(): Promise<void> } {
  const reader = new MessageReader(options);
  const writer = new MessageWriter(options);
  return {
    read: (topic, request) => reader.read(topic, request),
    tail: (...request) => tailMessages(options, request),
    async produce(topic, messages) {
      // A producer waits for a topic that may yet come; a person is told.
      await options.admin.describeTopics([topic]);
      return writer.produce(topic, messages);
    },
    close: () => writer.close(),
  };
}
