import { type ConnectorAlias, translateOptions } from '@millrace/sdk';

/** Kafka's own file connectors, whose options we have by the same names. */
export const fileStreamSource: ConnectorAlias = {
  class: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
  translate: (config) =>
    translateOptions(config, {
      // Kafka's default; ours would be read as a longer wait for the same lines.
      defaults: { 'batch.size': '2000' },
    }),
};

/** Writes each value as a line, as Kafka's does; the runtime's records hold values, not Java's text of them. */
export const fileStreamSink: ConnectorAlias = {
  class: 'org.apache.kafka.connect.file.FileStreamSinkConnector',
  translate: (config) => translateOptions(config, { defaults: { format: 'lines' } }),
};
