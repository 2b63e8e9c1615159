import { clientSuite } from './clients/client-suite.ts';
import { confluent } from './clients/confluent.ts';

clientSuite(confluent, () => undefined);
