/**
 * Java's SimpleDateFormat for the options that Kafka documents so: patterns of letters, text in quotes; in UTC, in English, weeks
 * as in the United States (from Sunday, the first one holds January 1st), and lenient in reading, as Java is by default.
 */
export interface DateFormat {
  format(date: Date): string;
  /** Null where the text does not begin with a date in this format; what follows is passed over. */
  parse(text: string): Date | null;
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const LETTERS = /^[GyYMLwWDdFEuaHkKhmsSzZX]$/;
const DAY_MS = 86_400_000;

type Part = { readonly text: string } | { readonly letter: string; readonly count: number };

/** @throws {SyntaxError} where the pattern has a letter that stands for nothing, or a quote that is not closed */
export function dateFormat(pattern: string): DateFormat {
  const parts = partsOf(pattern);
  return {
    format: (date) =>
      parts.map((part) => ('text' in part ? part.text : written(date, part.letter, part.count))).join(''),
    parse: (text) => readDate(parts, text),
  };
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  const token = /'((?:[^']|'')*)'|(')|([a-zA-Z])\3*|[^a-zA-Z']+/g;
  for (const match of pattern.matchAll(token)) {
    const [whole, quoted, open, letter] = match;
    if (open !== undefined) throw new SyntaxError('a quote is not closed');
    if (quoted !== undefined) parts.push({ text: whole === "''" ? "'" : quoted.replaceAll("''", "'") });
    else if (letter === undefined) parts.push({ text: whole });
    else if (!LETTERS.test(letter)) throw new SyntaxError(`the letter ${letter} stands for nothing`);
    else if (letter === 'X' && whole.length > 3) throw new SyntaxError(`${whole} is too long`);
    else parts.push({ letter, count: whole.length });
  }
  return parts;
}

const padded = (number: number, count: number) => String(number).padStart(count, '0');

function written(date: Date, letter: string, count: number): string {
  switch (letter) {
    case 'G':
      return date.getUTCFullYear() > 0 ? 'AD' : 'BC';
    case 'y':
    case 'Y':
      return yearText(letter === 'y' ? yearOfEra(date.getUTCFullYear()) : weekOfYear(date).year, count);
    case 'M':
    case 'L': {
      const name = MONTHS[date.getUTCMonth()] ?? '';
      return count < 3 ? padded(date.getUTCMonth() + 1, count) : count === 3 ? name.slice(0, 3) : name;
    }
    case 'E': {
      const name = DAYS[date.getUTCDay()] ?? '';
      return count < 4 ? name.slice(0, 3) : name;
    }
    case 'a':
      return date.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'z':
      return count < 4 ? 'UTC' : 'Coordinated Universal Time';
    case 'Z':
      return '+0000';
    case 'X':
      return 'Z';
    default:
      return padded(numberOf(date, letter), count);
  }
}

const yearOfEra = (year: number) => (year > 0 ? year : 1 - year);

const yearText = (year: number, count: number) => (count === 2 ? padded(year % 100, 2) : padded(year, count));

function numberOf(date: Date, letter: string): number {
  const hours = date.getUTCHours();
  const day = date.getUTCDate();
  switch (letter) {
    case 'w':
      return weekOfYear(date).week;
    case 'W':
      return Math.floor((day - 1 + firstWeekday(date)) / 7) + 1;
    case 'D':
      return dayOfYear(date) + 1;
    case 'd':
      return day;
    case 'F':
      return Math.floor((day - 1) / 7) + 1;
    case 'u':
      return date.getUTCDay() || 7;
    case 'H':
      return hours;
    case 'k':
      return hours || 24;
    case 'K':
      return hours % 12;
    case 'h':
      return hours % 12 || 12;
    case 'm':
      return date.getUTCMinutes();
    case 's':
      return date.getUTCSeconds();
    default:
      return date.getUTCMilliseconds();
  }
}

/** The weekday of the first of the month. */
const firstWeekday = (date: Date) => (((date.getUTCDay() - date.getUTCDate() + 1) % 7) + 7) % 7;

/** From 0. */
const dayOfYear = (date: Date) =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS);

function weekOfYear(date: Date): { readonly year: number; readonly week: number } {
  const saturday = new Date(date.getTime() + (6 - date.getUTCDay()) * DAY_MS);
  const year = saturday.getUTCFullYear();
  // The week that holds January 1st is the first one, also where it begins in the old year.
  return { year, week: Math.floor(dayOfYear(saturday) / 7) + 1 };
}

/** What has been read so far; the calendar makes a date of it, and carries over what is out of range. */
interface Read {
  position: number;
  bc: boolean;
  pm: boolean | null;
  offsetMs: number;
  readonly numbers: Map<string, number>;
}

function readDate(parts: readonly Part[], text: string): Date | null {
  const read: Read = { position: 0, bc: false, pm: null, offsetMs: 0, numbers: new Map() };
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as Part;
    const next = parts[index + 1];
    const abuts = next !== undefined && 'letter' in next && isNumeric(next);
    const fits = 'text' in part ? readText(read, text, part.text) : readLetter(read, text, part, abuts);
    if (!fits) return null;
  }
  return dateOf(read);
}

const isNumeric = ({ letter, count }: { readonly letter: string; readonly count: number }) =>
  !'GEazZX'.includes(letter) && !('ML'.includes(letter) && count > 2);

function readText(read: Read, text: string, expected: string): boolean {
  if (!text.startsWith(expected, read.position)) return false;
  read.position += expected.length;
  return true;
}

function readLetter(
  read: Read,
  text: string,
  part: { readonly letter: string; readonly count: number },
  abuts: boolean,
): boolean {
  while (text[read.position] === ' ' || text[read.position] === '\t') read.position++;
  const rest = text.slice(read.position);
  switch (part.letter) {
    case 'G':
      return readName(read, rest, ['AD', 'BC'], (index) => {
        read.bc = index === 1;
      });
    case 'a':
      return readName(read, rest, ['AM', 'PM'], (index) => {
        read.pm = index === 1;
      });
    case 'E':
      return readName(read, rest, [...DAYS, ...DAYS.map((day) => day.slice(0, 3))], () => {});
    case 'z':
    case 'Z':
    case 'X':
      return readZone(read, rest, part.letter, part.count);
    default:
      break;
  }
  if (!isNumeric(part)) {
    const names = [...MONTHS, ...MONTHS.map((month) => month.slice(0, 3))];
    return readName(read, rest, names, (index) => read.numbers.set('M', (index % 12) + 1));
  }
  const digits = (abuts ? new RegExp(`^-?\\d{1,${part.count}}`) : /^-?\d+/).exec(rest)?.[0];
  if (digits === undefined) return false;
  read.position += digits.length;
  const isShortYear = part.letter === 'y' && part.count <= 2 && /^\d\d$/.test(digits);
  read.numbers.set(
    part.letter === 'L' ? 'M' : part.letter,
    isShortYear ? fullYear(Number(digits)) : Number(digits),
  );
  return true;
}

/** Two digits lie between 80 years before now and 20 years after. */
function fullYear(short: number): number {
  const first = new Date().getUTCFullYear() - 80;
  const year = first - (first % 100) + short;
  return year < first ? year + 100 : year;
}

/** The longest name that the text begins with, in any case. */
function readName(
  read: Read,
  rest: string,
  names: readonly string[],
  found: (index: number) => void,
): boolean {
  const lower = rest.toLowerCase();
  const index = names.findIndex((name) => lower.startsWith(name.toLowerCase()));
  if (index === -1) return false;
  read.position += (names[index] as string).length;
  found(index);
  return true;
}

/** Offsets of the names that are still met, in hours. */
const ZONES: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  CET: 1,
  CEST: 2,
};

const ISO_ZONES = [/^([+-])(\d\d)/, /^([+-])(\d\d)(\d\d)/, /^([+-])(\d\d):(\d\d)/] as const;

function readZone(read: Read, rest: string, letter: string, count: number): boolean {
  const isIso = letter === 'X';
  const name = (isIso ? /^Z/ : /^(?:Coordinated Universal Time|[A-Z]{3,4}(?![A-Za-z+-]))/).exec(rest)?.[0];
  if (name !== undefined) {
    const hours = name.length > 4 || isIso ? 0 : ZONES[name];
    if (hours === undefined) return false;
    read.position += name.length;
    read.offsetMs = hours * 3_600_000;
    return true;
  }
  const pattern = isIso
    ? (ISO_ZONES[count - 1] as RegExp)
    : /^(?:GMT([+-])(\d\d?):(\d\d)|([+-])(\d\d)(\d\d))/;
  const found = pattern.exec(rest);
  if (!found) return false;
  read.position += found[0].length;
  const [sign, hours, minutes] = found.slice(1).filter((group) => group !== undefined);
  const size = Number(hours) * 3_600_000 + Number(minutes ?? 0) * 60_000;
  read.offsetMs = sign === '-' ? -size : size;
  return true;
}

function dateOf({ numbers, bc, pm, offsetMs }: Read): Date {
  const year = numbers.get('y') ?? 1970;
  const date = new Date(0);
  const byDay = numbers.get('d') === undefined ? numbers.get('D') : undefined;
  date.setUTCFullYear(
    bc ? 1 - year : year,
    byDay === undefined ? (numbers.get('M') ?? 1) - 1 : 0,
    byDay ?? numbers.get('d') ?? 1,
  );
  date.setUTCHours(hourOf(numbers, pm), numbers.get('m') ?? 0, numbers.get('s') ?? 0, numbers.get('S') ?? 0);
  return new Date(date.getTime() - offsetMs);
}

function hourOf(numbers: ReadonlyMap<string, number>, pm: boolean | null): number {
  const of24 = numbers.get('H') ?? numbers.get('k');
  if (of24 !== undefined) return numbers.has('k') && of24 === 24 ? 0 : of24;
  const half = numbers.get('h');
  const of12 = half === 12 ? 0 : (half ?? numbers.get('K') ?? 0);
  return of12 + (pm ? 12 : 0);
}
