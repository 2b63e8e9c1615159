import { clientSuite } from './clients/client-suite.ts';
import { java } from './clients/java.ts';

clientSuite(java, () => undefined);
