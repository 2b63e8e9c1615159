/** Names of what is done with headers where no other converter is named: text in, text out. */
export const simpleHeaderConverters: readonly string[] = [
  'SimpleHeaderConverter',
  'org.apache.kafka.connect.storage.SimpleHeaderConverter',
];
