export { axeFindings } from './axe.ts';
export { browserUnavailable, openBrowser } from './browser.ts';
export { ChildOutput, endChild } from './child-output.ts';
export { eventually, type Patience } from './eventually.ts';
export { freePort } from './free-port.ts';
export { type Millrace, type MillraceOptions, startMillrace } from './millrace.ts';
export { type MillraceWorker, startMillraceWorker, startServing } from './millrace-worker.ts';
export { type Service, type ServiceName, skipping, startService, unavailable } from './service.ts';
export { killTaskHosts } from './task-hosts.ts';
