import { clientSuite } from './clients/client-suite.ts';
import { franzGo } from './clients/go-clients.ts';

clientSuite(franzGo, () => undefined);
