import type { Uuid } from '@millrace/foundation/types';
import type { MetadataImage } from '../metadata/image.ts';
import type { Refusal } from './commands.ts';
import { METADATA_VERSION, type SupportedFeature } from './features.ts';

/** The first hundred ids, which stand for folders that are unassigned, lost or on their way (KIP-858). */
const RESERVED_ID = /^A{20}[A-Y]/;

interface Registration {
  readonly brokerId: number;
  readonly logDirs: readonly Uuid[];
  readonly features: readonly SupportedFeature[];
}

/**
 * Why a broker cannot be a member of this cluster, or null: its folders are its own (KIP-858), and it can work with the level of every
 * feature (KIP-584). INVALID_REGISTRATION, UNSUPPORTED_VERSION.
 */
export function unfitRegistration(
  image: MetadataImage,
  { brokerId, logDirs, features }: Registration,
): Refusal | null {
  if (logDirs.length === 0) return invalid(`Broker ${brokerId} names no folder.`);
  if (logDirs.some((id) => RESERVED_ID.test(id)))
    return invalid(`Broker ${brokerId} names a folder by a reserved id.`);
  if (new Set(logDirs).size !== logDirs.length) return invalid(`Broker ${brokerId} names a folder twice.`);
  for (const other of image.brokers.values())
    if (other.id !== brokerId && other.logDirs.some((id) => logDirs.includes(id)))
      return invalid(`Broker ${brokerId} has a folder of broker ${other.id}.`);
  return unfitFeature(image, brokerId, features);
}

function unfitFeature(
  image: MetadataImage,
  brokerId: number,
  features: readonly SupportedFeature[],
): Refusal | null {
  const supported = new Map(features.map((feature) => [feature.name, feature]));
  if (!supported.has(METADATA_VERSION))
    return invalid(`Broker ${brokerId} does not say its ${METADATA_VERSION}.`);
  for (const name of new Set([...supported.keys(), ...image.features.keys()])) {
    const level = image.features.get(name) ?? 0;
    const { minVersion, maxVersion } = supported.get(name) ?? { minVersion: 0, maxVersion: 0 };
    if (level >= minVersion && level <= maxVersion) continue;
    const message = `Broker ${brokerId} works with ${name} ${minVersion} to ${maxVersion}; here it is ${level}.`;
    return { error: 'UNSUPPORTED_VERSION', message };
  }
  return null;
}

function invalid(message: string): Refusal {
  return { error: 'INVALID_REGISTRATION', message };
}
