import type {
  ConnectorInfoBody,
  ConnectorStatusBody,
  PipelineDetail,
  PipelineWithHistory,
} from '@millrace/rest-api/contract';
import type { Loaded } from '../../api/use-loaded.ts';

/** What the parts of a connector's page are made of. */
export interface ConnectorParts {
  readonly pipeline: PipelineWithHistory;
  readonly status: Loaded<ConnectorStatusBody>;
  readonly detail: Loaded<PipelineDetail>;
  readonly info: Loaded<ConnectorInfoBody>;
}
