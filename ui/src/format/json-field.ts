/** A field of JSON text by its path, as text; undefined where there is none. */
export function fieldOf(text: string, path: string): string | undefined {
  try {
    let value: unknown = JSON.parse(text);
    for (const part of path.split('.')) {
      if (value === null || typeof value !== 'object') return undefined;
      value = (value as Record<string, unknown>)[part];
    }
    return value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    return undefined;
  }
}
