import { clientSuite } from './clients/client-suite.ts';
import { platformatic } from './clients/platformatic.ts';

clientSuite(platformatic, () => undefined);
