/**
 * Reads the text of a Java properties file as `java.util.Properties` does: comments behind # and !, keys up to =, : or a blank,
 * a backslash at the end of a line goes on in the next one, \t \n \r \f and \uXXXX. The last one holds where a key is there twice.
 * @throws {SyntaxError} with the number of the line for a \u without four hexadecimal digits
 */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { line, number } of logicalLines(text)) {
    const end = keyLength(line);
    const value = line.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
    values.set(unescaped(line.slice(0, end), number), unescaped(value, number));
  }
  return values;
}

interface Line {
  readonly line: string;
  readonly number: number;
}

function* logicalLines(text: string): Iterable<Line> {
  const lines = text.split(/\r\n|\n|\r/);
  for (let index = 0; index < lines.length; index++) {
    const number = index + 1;
    let line = (lines[index] as string).replace(/^[ \t\f]+/, '');
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
    while (endsInEscape(line)) {
      const next = lines[++index] ?? '';
      line = line.slice(0, -1) + next.replace(/^[ \t\f]+/, '');
    }
    yield { line, number };
  }
}

/** An odd number of backslashes at the end. */
const endsInEscape = (line: string) => (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;

function keyLength(line: string): number {
  for (let index = 0; index < line.length; index++) {
    const char = line[index] as string;
    if (char === '\\') index++;
    else if ('=: \t\f'.includes(char)) return index;
  }
  return line.length;
}

const NAMED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string, line: number): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_escape, code?: string, char?: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    if (char === 'u') throw new SyntaxError(`line ${line} has a \\u without four hexadecimal digits`);
    return NAMED[char ?? ''] ?? char ?? '';
  });
}
