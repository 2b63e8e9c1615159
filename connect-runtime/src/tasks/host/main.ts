// A task host's entry: compiled code is cached before anything else loads, so that a host is up in a fraction of a second.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { provideSdk } = await import('./provide-sdk.ts');
provideSdk();
const { runHost } = await import('./host.ts');
runHost();
