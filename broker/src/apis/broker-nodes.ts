import type { MetadataImage } from '../core/metadata/image.ts';

/** A broker as clients reach it. */
export interface BrokerNode {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  readonly fenced: boolean;
}

/** Brokers that can be reached by a listener, by id; fenced ones only where they are asked for. */
export function nodesOn(
  image: MetadataImage,
  listener: string,
  include: 'alive' | 'all' = 'alive',
): readonly BrokerNode[] {
  const nodes: BrokerNode[] = [];
  for (const { id, rack, fenced, endpoints } of image.brokers.values()) {
    const endpoint = endpoints.find((candidate) => candidate.name === listener);
    if (endpoint && (!fenced || include === 'all'))
      nodes.push({ id, host: endpoint.host, port: endpoint.port, rack, fenced });
  }
  return nodes.sort((left, right) => left.id - right.id);
}
