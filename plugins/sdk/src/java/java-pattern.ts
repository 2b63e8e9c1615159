/**
 * A regular expression in Java's syntax as a JavaScript one, for options that Kafka documents as `java.util.regex.Pattern`.
 * What both have is passed on; Java's own `\A`, `\Z`, `\z`, `\h`, `\Q..\E`, POSIX classes and flags at the start are translated.
 */

const FLAGS: Readonly<Record<string, string>> = { i: 'i', m: 'm', s: 's', u: '' };

const ESCAPES: Readonly<Record<string, string>> = {
  A: '(?<![\\s\\S])',
  z: '(?![\\s\\S])',
  Z: '(?=\\n?(?![\\s\\S]))',
  h: '[ \\t\\xA0]',
  e: '\\x1B',
  a: '\\x07',
};

const CLASSES: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`{-~',
  Space: '\\s',
  Blank: ' \\t',
  XDigit: '0-9a-fA-F',
  ASCII: '\\x00-\\x7F',
};

const LITERAL = /[\\^$.*+?()[\]{}|/]/g;
/** A token of Java's that JavaScript reads differently, or not at all. */
const TOKEN =
  /\\Q([\s\S]*?)(?:\\E|$)|\\p\{(?:Is)?(Lower|Upper|Alpha|Digit|Alnum|Punct|Space|Blank|XDigit|ASCII)\}|\\([\s\S])|(\[\^?)|(\])|((?:[*+?]|\{\d+(?:,\d*)?\})\+)/g;

/** How `javaPattern` matches: all of a text, or wherever it is found. */
export interface JavaPattern {
  /** Matches only a text as a whole, as Java's `matches()` does. */
  readonly whole: RegExp;
  /** Finds the first place, as Java's `find()` does. */
  readonly first: RegExp;
}

/** @throws {SyntaxError} where it is no pattern, or holds what JavaScript lacks, such as possessive quantifiers */
export function javaPattern(pattern: string): JavaPattern {
  const head = /^\(\?([a-zA-Z]+)\)/.exec(pattern);
  const flags = [...(head?.[1] ?? '')].map((flag) => {
    const known = FLAGS[flag];
    if (known === undefined) throw new SyntaxError(`the flag (?${flag}) is not supported`);
    return known;
  });
  const source = translate(pattern.slice(head?.[0].length ?? 0));
  const unique = [...new Set(flags)].join('');
  const [start, end] = unique.includes('m') ? [ESCAPES.A, ESCAPES.z] : ['^', '$'];
  return { whole: new RegExp(`${start}(?:${source})${end}`, unique), first: new RegExp(source, unique) };
}

function translate(pattern: string): string {
  let inClass = 0;
  return pattern.replace(
    TOKEN,
    (token, quoted?: string, posix?: string, escaped?: string, opens?: string, closes?: string) => {
      if (quoted !== undefined) return quoted.replace(LITERAL, '\\$&');
      if (posix !== undefined) return inClass > 0 ? (CLASSES[posix] as string) : `[${CLASSES[posix]}]`;
      if (escaped !== undefined) return (inClass > 0 ? undefined : ESCAPES[escaped]) ?? token;
      if (opens !== undefined) {
        if (inClass++ > 0) throw new SyntaxError('a character class within another is not supported');
        return token;
      }
      if (closes !== undefined) {
        inClass = Math.max(0, inClass - 1);
        return token;
      }
      if (inClass > 0) return token;
      throw new SyntaxError(`the possessive quantifier ${token} is not supported`);
    },
  );
}

/**
 * Java's replacement syntax: `$1`, `${name}`, and a backslash before what is meant as it stands.
 * @throws {SyntaxError} where it names a group that the pattern lacks
 */
export function javaReplacement(replacement: string, pattern: RegExp): (match: RegExpExecArray) => string {
  const empty = new RegExp(`${pattern.source}|`, pattern.flags).exec('');
  const groups = (empty?.length ?? 1) - 1;
  const parts: (string | { readonly group: string | number })[] = [];
  for (let index = 0; index < replacement.length; index++) {
    const char = replacement[index] as string;
    if (char === '\\') {
      const next = replacement[++index];
      if (next === undefined) throw new SyntaxError('a backslash at the end escapes nothing');
      parts.push(next);
    } else if (char === '$') {
      const reference = groupAt(replacement.slice(index + 1), groups);
      if (typeof reference.group === 'string' && !(reference.group in (empty?.groups ?? {})))
        throw new SyntaxError(`the pattern has no group named ${reference.group}`);
      parts.push({ group: reference.group });
      index += reference.length;
    } else parts.push(char);
  }
  return (match) =>
    parts
      .map((part) =>
        typeof part === 'string'
          ? part
          : ((typeof part.group === 'number' ? match[part.group] : match.groups?.[part.group]) ?? ''),
      )
      .join('');
}

/** Behind a `$`: a name in braces, or as many digits as still name a group. */
function groupAt(text: string, groups: number): { readonly group: string | number; readonly length: number } {
  const named = /^\{([a-zA-Z][a-zA-Z0-9]*)\}/.exec(text);
  if (named) return { group: named[1] as string, length: named[0].length };
  const digits = /^\d+/.exec(text)?.[0] ?? '';
  if (digits === '') throw new SyntaxError('a $ must be followed by the number or {name} of a group');
  let length = 1;
  while (length < digits.length && Number(digits.slice(0, length + 1)) <= groups) length++;
  const group = Number(digits.slice(0, length));
  if (group > groups) throw new SyntaxError(`the pattern has no group ${group}`);
  return { group, length };
}
