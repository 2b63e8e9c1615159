import { MillraceError } from '@millrace/foundation';

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~';

/** `value.items[0].sku` */
export interface Path {
  readonly kind: 'path';
  readonly root: 'key' | 'value' | 'headers' | 'partition' | 'offset' | 'timestamp';
  readonly steps: readonly (string | number)[];
}

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | Path
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and'; readonly all: readonly Expression[] }
  | { readonly kind: 'or'; readonly any: readonly Expression[] }
  | {
      readonly kind: 'compare';
      readonly left: Expression;
      readonly operator: Operator;
      readonly right: Expression;
    };

interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'mark' | 'end';
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /\s*(?:([A-Za-z_$][\w$-]*)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(==|!=|<=|>=|!~|&&|\|\||[<>~!()[\].]))/y;
const OPERATORS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', '~', '!~']);
const ROOTS: ReadonlySet<string> = new Set(['key', 'value', 'headers', 'partition', 'offset', 'timestamp']);
const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);
/** Parentheses and negations inside each other, at most. */
const MAX_DEPTH = 50;

/**
 * Parses `value.total > 100 and (key ~ "eu-" or not headers.test)`.
 *
 * @throws {MillraceError} BAD_REQUEST, naming the place
 */
export function parseExpression(source: string): Expression {
  const parser = new Parser(tokensOf(source));
  const expression = parser.any(0);
  parser.expectEnd();
  return expression;
}

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; source.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(source);
    if (found === null) throw wrong('is not understood', source.slice(at).trim(), at);
    const [, word, number, string, mark] = found;
    const kind = word ? 'word' : number ? 'number' : string ? 'string' : 'mark';
    const text = word ?? number ?? string ?? mark ?? '';
    tokens.push({ kind, text, at: TOKEN.lastIndex - text.length });
  }
  return [...tokens, { kind: 'end', text: 'the end', at: source.length }];
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  any(depth: number): Expression {
    const [first, ...others] = this.#list(['or', '||'], () => this.#all(depth));
    return others.length === 0 && first ? first : { kind: 'or', any: first ? [first, ...others] : [] };
  }

  expectEnd(): void {
    const token = this.#token();
    if (token.kind !== 'end') throw wrong('is not expected here', token.text, token.at);
  }

  #all(depth: number): Expression {
    const [first, ...others] = this.#list(['and', '&&'], () => this.#condition(depth));
    return others.length === 0 && first ? first : { kind: 'and', all: first ? [first, ...others] : [] };
  }

  #list(separators: readonly string[], one: () => Expression): readonly Expression[] {
    const list = [one()];
    while (separators.some((separator) => this.#take(separator))) list.push(one());
    return list;
  }

  #condition(depth: number): Expression {
    if (depth > MAX_DEPTH) throw wrong('is nested too deeply', this.#token().text, this.#token().at);
    if (this.#take('not') || this.#take('!')) return { kind: 'not', of: this.#condition(depth + 1) };
    if (this.#take('(')) {
      const inner = this.any(depth + 1);
      this.#expect(')');
      return inner;
    }
    const left = this.#operand();
    const token = this.#token();
    if (token.kind !== 'mark' || !OPERATORS.has(token.text)) return left;
    this.#next += 1;
    return { kind: 'compare', left, operator: token.text as Operator, right: this.#operand() };
  }

  #operand(): Expression {
    const token = this.#token();
    this.#next += 1;
    if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) };
    if (token.kind === 'string') return { kind: 'literal', value: unquoted(token.text) };
    const literal = LITERALS.get(token.text);
    if (token.kind === 'word' && literal !== undefined) return { kind: 'literal', value: literal };
    if (token.kind === 'word' && ROOTS.has(token.text)) {
      return { kind: 'path', root: token.text as Path['root'], steps: this.#steps() };
    }
    throw wrong(
      'is no field: those are key, value, headers, partition, offset and timestamp',
      token.text,
      token.at,
    );
  }

  #steps(): readonly (string | number)[] {
    const steps: (string | number)[] = [];
    for (;;) {
      if (this.#take('.')) {
        const token = this.#token();
        if (token.kind !== 'word') throw wrong('is no name of a field', token.text, token.at);
        this.#next += 1;
        steps.push(token.text);
      } else if (this.#take('[')) {
        const token = this.#token();
        if (token.kind !== 'number' && token.kind !== 'string')
          throw wrong('is neither an index nor a name in quotes', token.text, token.at);
        this.#next += 1;
        steps.push(token.kind === 'number' ? Number(token.text) : unquoted(token.text));
        this.#expect(']');
      } else return steps;
    }
  }

  #take(text: string): boolean {
    const token = this.#token();
    if (token.kind === 'string' || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #expect(text: string): void {
    const token = this.#token();
    if (!this.#take(text)) throw wrong(`stands where "${text}" must`, token.text, token.at);
  }

  #token(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: 'the end', at: 0 };
  }
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}

function wrong(what: string, text: string, at: number): MillraceError {
  return new MillraceError(`The filter is wrong at character ${at + 1}: ${JSON.stringify(text)} ${what}.`, {
    code: 'BAD_REQUEST',
    class: 'config',
    path: 'filter',
    hint: 'Write it like value.total > 100 and key ~ "eu-". A text to look for, that looks like that, stands in quotes.',
  });
}
