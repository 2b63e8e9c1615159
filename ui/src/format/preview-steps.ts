import type { Preview } from '@millrace/rest-api/contract';
import { counted } from './numbers.ts';

type Step = Preview['records'][number]['steps'][number];

/** What a step of a preview does to a record, in words. */
export function doingOf({
  records,
  more = 0,
  differences,
}: Pick<Step, 'records' | 'more' | 'differences'>): string {
  const made = records.length + more;
  if (made === 0) return 'drops it';
  // What differs is told where one record became one.
  if (made > 1) return `gives ${counted(made, 'record')}`;
  return differences.length === 0 ? 'changes nothing' : `changes ${counted(differences.length, 'field')}`;
}
