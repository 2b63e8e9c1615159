import { type Logger, metricsText } from '@millrace/foundation';
import type { BrokerConfig } from '../runtime/broker-config.ts';
import { brokerMetrics, collectBrokerMetrics, type MetricSources } from '../runtime/broker-metrics.ts';
import { healthProblems } from '../runtime/health-problems.ts';
import { type AdminFacts, AdminServer } from './admin-server.ts';

/**
 * Opens the doors for whoever watches the broker, before anything else, so that they tell of a long recovery too; null where
 * the config has none.
 * @throws {MillraceError} ADMIN_PORT_UNUSABLE
 */
export async function openDoors({ values }: BrokerConfig, logger: Logger): Promise<AdminServer | null> {
  const port = values['admin.http.port'];
  if (port < 0) return null;
  const doors = new AdminServer({ host: values['admin.http.host'], port, logger });
  await doors.listen();
  return doors;
}

/** What they tell of a broker that serves. */
export function doorFacts(sources: MetricSources): AdminFacts {
  return {
    metrics: () => metricsText(brokerMetrics, (put) => collectBrokerMetrics(sources, put)),
    problems: () => healthProblems(sources),
  };
}
