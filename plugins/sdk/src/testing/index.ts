export { acceptance } from './acceptance.ts';
export type {
  AcceptanceDriver,
  Entry,
  Options,
  Outage,
  Place,
  Refusal,
  SinkDriver,
  SinkPlace,
  SourceDriver,
  SourcePlace,
} from './driver.ts';
export { eventually, PATIENCE_MS, within } from './eventually.ts';
export { failureOf, wordsOf } from './failure-of.ts';
export { MemoryOffsets } from './memory-offsets.ts';
export { NetworkPath } from './network-path.ts';
export { type OpenHandles, openedSince, openHandles } from './open-handles.ts';
export { randomBelow } from './random-below.ts';
export { SinkHarness, type SinkHarnessOptions } from './sink-harness.ts';
export { SourceHarness, type SourceHarnessOptions } from './source-harness.ts';
