import { clientSuite } from './clients/client-suite.ts';
import { sarama } from './clients/go-clients.ts';

clientSuite(sarama, () => undefined);
