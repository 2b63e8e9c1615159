import { clientSuite } from './clients/client-suite.ts';
import { kafkaJs } from './clients/kafkajs.ts';

clientSuite(kafkaJs, () => undefined);
