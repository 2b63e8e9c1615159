import type { ConfigDef, ConfigKey } from '@millrace/foundation';

/**
 * The options of a configuration as a markdown table, for a package's README: in the order of the definition, with
 * the columns padded as formatters leave them.
 */
export function optionTable(definition: ConfigDef): string {
  const options = Object.entries(definition);
  if (options.length === 0) return 'None.\n';
  const head = ['option', 'type', 'default', 'allowed', 'importance', 'what'];
  const rows = options.map(([key, option]) => [
    `\`${key}\``,
    option.type,
    defaultText(option),
    cell(option.validate?.allows ?? ''),
    option.importance,
    cell(option.docs),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => [...(row[column] ?? '')].length)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text + ' '.repeat((widths[column] ?? 0) - [...text].length)).join(' | ')} |\n`;
  return line(head) + line(widths.map((width) => '-'.repeat(width))) + rows.map(line).join('');
}

function defaultText(option: ConfigKey): string {
  if (option.default === undefined) return 'required';
  const text = Array.isArray(option.default) ? option.default.join(',') : String(option.default ?? '');
  return text === '' ? '' : `\`${text}\``;
}

// A bar would end the cell, a line break the table.
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
