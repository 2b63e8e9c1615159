/**
 * The topic of a table: `<prefix>.<schema>.<table>`, with an underscore for each character that a topic's name can't have, as
 * Debezium's topic naming does.
 */
export function topicName(prefix: string, table: string): string {
  return `${prefix}.${table.replaceAll(/[^a-zA-Z0-9._-]/gu, '_')}`;
}

/** Tables that would share a topic with another one, so that rows of both would meet under one key. */
export function tablesThatShareATopic(tables: readonly string[]): readonly string[] {
  const byTopic = Map.groupBy(tables, (table) => topicName('', table));
  return [...byTopic.values()].filter((sharing) => sharing.length > 1).flat();
}
