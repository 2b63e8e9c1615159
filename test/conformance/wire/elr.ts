/**
 * Apache Kafka keeps eligible leader replicas, and for them holds `min.insync.replicas` as a config of the whole cluster; here
 * it is still a default. The value is the same, where it comes from is not compared.
 */
export function withoutElr(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (_, item: unknown) => {
      const isIt = typeof item === 'object' && item !== null && 'name' in item && 'configSource' in item;
      return isIt && item.name === 'min.insync.replicas' ? { ...item, configSource: undefined } : item;
    }),
  );
}
