import type { MetadataImage } from '../core/metadata/image.ts';
import type { SharePartitionRules } from '../core/share/share-partition.ts';
import type { BrokerConfig } from './broker-config.ts';
import { groupSetting } from './group-config-definitions.ts';
import type { MetadataAccess } from './services.ts';

/** Where a share group begins in a partition that it has never read. */
export type ShareOffsetReset =
  | { readonly kind: 'earliest' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'by_duration'; readonly backMs: number };

/** What holds for a share group now: its own configs, else the broker's. */
export interface ShareGroupSettings extends SharePartitionRules {
  readonly isReadCommitted: boolean;
  readonly mayRenew: boolean;
  readonly offsetReset: ShareOffsetReset;
}

const DURATION = /^by_duration:P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;
const MS_PER_SECOND = 1000;
const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;

/** The settings of a group as they are each time that they are read; looked up again only where configs have changed. */
export function shareGroupSettings(
  { config, metadata }: { readonly config: BrokerConfig; readonly metadata: MetadataAccess },
  group: string,
): ShareGroupSettings {
  let known: Known | null = null;
  const now = (): ShareGroupSettings => {
    const { configs } = metadata.image();
    const { values } = config;
    if (known === null || known.configs !== configs || known.values !== values)
      known = { configs, values, settings: settingsNow(metadata.image(), values, group) };
    return known.settings;
  };
  return {
    get maxDeliveryCount() {
      return now().maxDeliveryCount;
    },
    get maxInFlight() {
      return now().maxInFlight;
    },
    get lockMs() {
      return now().lockMs;
    },
    get isReadCommitted() {
      return now().isReadCommitted;
    },
    get mayRenew() {
      return now().mayRenew;
    },
    get offsetReset() {
      return now().offsetReset;
    },
  };
}

/** Settings, and what they were looked up in: neither is changed in place. */
interface Known {
  readonly configs: MetadataImage['configs'];
  readonly values: BrokerConfig['values'];
  readonly settings: ShareGroupSettings;
}

function settingsNow(
  image: MetadataImage,
  values: BrokerConfig['values'],
  group: string,
): ShareGroupSettings {
  const text = (name: string) => groupSetting({ image, values }, group, name);
  return {
    maxDeliveryCount: Number(text('share.delivery.count.limit')),
    maxInFlight: Number(text('share.partition.max.record.locks')),
    lockMs: Number(text('share.record.lock.duration.ms')),
    isReadCommitted: text('share.isolation.level').toLowerCase() === 'read_committed',
    mayRenew: text('share.renew.acknowledge.enable').toLowerCase() === 'true',
    offsetReset: offsetResetOf(text('share.auto.offset.reset')),
  };
}

function offsetResetOf(text: string): ShareOffsetReset {
  if (text === 'earliest') return { kind: 'earliest' };
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = DURATION.exec(text) ?? [null];
  if (!DURATION.test(text)) return { kind: 'latest' };
  const backMs =
    Number(days) * MS_PER_DAY +
    Number(hours) * MS_PER_HOUR +
    Number(minutes) * MS_PER_MINUTE +
    Number(seconds) * MS_PER_SECOND;
  return { kind: 'by_duration', backMs };
}
