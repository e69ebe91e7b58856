/**
 * Watch expressions, `module:name.attr["key"][0]`: the grammar of docs/protocol.md, "WATCH", so that a wrong one is told before anything is started.
 * Used by the command line and the window; the agent (python-agent/gilscope_agent/lookup.py) has the same and the last word.
 * protocol/golden/watch-expressions.json is for both.
 */

export interface WatchStep {
  kind: 'attribute' | 'item';
  key: string | number;
}

export interface WatchExpression {
  module: string;
  steps: WatchStep[];
}

export const MOST_CHARACTERS = 500;
const MOST_STEPS = 32;
const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;
const INTEGER = /^-?[0-9]+/;
const MOST_DIGITS = 18;
const ESCAPES = new Map([
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
]);
const CODES = new Map([
  ['x', 2],
  ['u', 4],
]);

class Wrong extends Error {}

/** The expression, or in one line why it is none. */
export function parseWatch(text: string): WatchExpression | { wrong: string } {
  try {
    return new Parser(text).parse();
  } catch (error) {
    if (error instanceof Wrong) return { wrong: error.message };
    throw error;
  }
}

export const isWatch = (parsed: ReturnType<typeof parseWatch>): parsed is WatchExpression => !('wrong' in parsed);

/** How a name of a module, and further keys, are written. */
export const watchOf = (module: string, name: string): string => `${module}:${name}`;

class Parser {
  /** Characters as Python counts them. */
  private readonly text: string[];
  private at = 0;

  constructor(private readonly whole: string) {
    this.text = Array.from(whole.replace(/^ +| +$/g, ''));
  }

  parse(): WatchExpression {
    if (Array.from(this.whole).length > MOST_CHARACTERS)
      throw new Wrong(`a watch is a text of at most ${MOST_CHARACTERS} characters`);
    const module = this.module();
    const steps: WatchStep[] = [{ kind: 'attribute', key: this.name() }];
    while (this.at < this.text.length) {
      steps.push(this.step());
      if (steps.length > MOST_STEPS) throw new Wrong(`it has more than ${MOST_STEPS} steps`);
    }
    return { module, steps };
  }

  private module(): string {
    const colon = this.text.indexOf(':');
    const text = this.text.join('');
    if (colon < 0) throw new Wrong(`it names no module: write module:name, for instance "__main__:${text}"`);
    const module = this.text.slice(0, colon).join('');
    if (!module.split('.').every((part) => IDENTIFIER.test(part)))
      throw new Wrong(`"${module}" is not the name of a module`);
    this.at = colon + 1;
    return module;
  }

  private step(): WatchStep {
    const mark = this.text[this.at];
    if (mark !== '.' && mark !== '[') throw this.unexpected(this.at, '"." or "["');
    this.at++;
    if (mark === '.') return { kind: 'attribute', key: this.name() };
    const key = this.constant();
    if (this.text[this.at] !== ']') throw this.unexpected(this.at, ']');
    this.at++;
    return { kind: 'item', key };
  }

  private unexpected(at: number, wanted: string): Wrong {
    const found = at < this.text.length ? `"${this.text[at]}"` : 'the end';
    const why = this.text[at] === '(' ? ': a watch only looks things up, it calls nothing' : '';
    return new Wrong(`${found} at character ${at + 1}, where ${wanted} was expected${why}`);
  }

  private name(): string {
    const begin = this.at;
    let name = '';
    while (this.at < this.text.length && IDENTIFIER.test(name + this.text[this.at])) name += this.text[this.at++];
    if (name === '') throw this.unexpected(begin, 'a name');
    return name;
  }

  private constant(): string | number {
    const quote = this.text[this.at];
    if (quote === '"' || quote === "'") return this.string(quote);
    const digits = INTEGER.exec(this.text.slice(this.at).join(''))?.[0] ?? '';
    if (digits === '' || digits.replace('-', '').length > MOST_DIGITS)
      throw this.unexpected(this.at, 'a number or a quoted key');
    this.at += digits.length;
    return Number(digits);
  }

  private string(quote: string): string {
    let out = '';
    this.at++;
    while (this.at < this.text.length) {
      const char = this.text[this.at++];
      if (char === quote) return out;
      out += char === '\\' ? this.escape() : char;
    }
    throw this.unexpected(this.at, `a closing ${quote}`);
  }

  private escape(): string {
    const char = this.text[this.at] ?? '';
    const plain = ESCAPES.get(char);
    if (plain !== undefined) {
      this.at++;
      return plain;
    }
    const length = CODES.get(char) ?? 0;
    const digits = this.text.slice(this.at + 1, this.at + 1 + length).join('');
    if (length === 0 || digits.length !== length || !/^[0-9a-fA-F]+$/.test(digits))
      throw this.unexpected(this.at, 'an escape');
    this.at += 1 + length;
    return String.fromCodePoint(Number.parseInt(digits, 16));
  }
}
