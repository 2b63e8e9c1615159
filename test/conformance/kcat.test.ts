import { clientSuite } from './clients/client-suite.ts';
import { kcat } from './clients/kcat.ts';

clientSuite(kcat, () => undefined);
