import { type ErrorName, errorCode } from '@millrace/protocol';
import { describeCluster as api, type DescribeClusterResponseInit } from '@millrace/protocol/messages';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';
import { authorizedOperations, OPERATIONS_NOT_ASKED_FOR } from './authorized-operations.ts';
import { nodesOn } from './broker-nodes.ts';

/** Whose addresses are asked for: the brokers' or the controllers'. */
const BROKERS = 1;
const CONTROLLERS = 2;

/**
 * DescribeCluster v0-2
 *
 * - Brokers that are alive, by the listener that the request came in by; v2 also fenced ones where asked for.
 * - Controllers are asked for at a controller's listener: here MISMATCHED_ENDPOINT_TYPE, as in Kafka.
 *
 * Versions: v1 endpoint type; v2 fenced brokers.
 *
 * Not implemented: the controller's own listener.
 */
export const describeCluster = defineApi({
  api,
  versions: [0, 2],
  access: [['DESCRIBE', 'CLUSTER']],
  handle(context, request): DescribeClusterResponseInit {
    const { endpointType } = request;
    if (endpointType !== BROKERS) {
      const error = endpointType === CONTROLLERS ? 'MISMATCHED_ENDPOINT_TYPE' : 'UNSUPPORTED_ENDPOINT_TYPE';
      return {
        ...empty(error),
        errorMessage: 'This listener is a broker, and answers endpoint type 1 only.',
      };
    }
    const image = context.services.metadata.image();
    const nodes = nodesOn(image, context.listener, request.includeFencedBrokers ? 'all' : 'alive');
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      endpointType,
      clusterId: context.services.clusterId,
      controllerId: nodes.find((node) => !node.fenced)?.id ?? -1,
      brokers: nodes.map(({ id, host, port, rack, fenced }) => ({
        brokerId: id,
        host,
        port,
        rack,
        isFenced: fenced,
      })),
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
        ? clusterOperations(context)
        : OPERATIONS_NOT_ASKED_FOR,
    };
  },
  refuse: (_request, error) => empty(error),
});

function clusterOperations(context: RequestContext): number {
  return context.authorize('DESCRIBE', CLUSTER) ? authorizedOperations(context, CLUSTER) : 0;
}

function empty(error: ErrorName): DescribeClusterResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), clusterId: '', brokers: [] };
}
