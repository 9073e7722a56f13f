/** A source text of which only code is left: each part keeps its length and its lines, so positions stay valid. */
export interface Blanked {
  /** Comments, and the insides of strings, templates and regular expressions, are blanks. */
  code: string;
  /** Only comments are blanks. */
  strings: string;
}

const REGEX_MAY_FOLLOW =
  /(?:^|[([{,;:=!&|?+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield))\s*$/;

/** Blanks out what is not code. Knows enough of TypeScript for the rules of the house, not all of it. */
export function blank(text: string): Blanked {
  const code: string[] = [];
  const strings: string[] = [];
  /** Open braces; true: it closes a `${` of a template. */
  const braces: boolean[] = [];
  let at = 0;

  const emit = (end: number, kind: 'code' | 'comment' | 'string') => {
    const part = text.slice(at, end);
    const blanks = part.replace(/[^\n]/g, ' ');
    code.push(kind === 'code' ? part : blanks);
    strings.push(kind === 'comment' ? blanks : part);
    at = end;
  };
  /** The end of a quoted text that starts after `from`. */
  const endOf = (quote: string, from: number) => {
    let i = from;
    let inClass = false;
    while (i < text.length && (text[i] !== quote || inClass)) {
      if (text[i] === '\n' && quote !== '`') break;
      if (text[i] === '\\') i++;
      else if (quote === '/' && text[i] === '[') inClass = true;
      else if (quote === '/' && text[i] === ']') inClass = false;
      else if (quote === '`' && text[i] === '$' && text[i + 1] === '{') return i;
      i++;
    }
    return Math.min(i, text.length);
  };
  /** At the inside of a template: blanks it up to its end or its next `${`. */
  const template = () => {
    const end = endOf('`', at);
    emit(end, 'string');
    if (text[end] === '$') {
      braces.push(true);
      emit(end + 2, 'code');
    } else emit(Math.min(end + 1, text.length), 'code');
  };

  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = text[at]!;
    if (two === '//') emit(lineEnd(text, at), 'comment');
    else if (two === '/*') emit(end(text.indexOf('*/', at + 2), 2, text), 'comment');
    else if (one === "'" || one === '"' || (one === '/' && REGEX_MAY_FOLLOW.test(code.slice(-40).join('')))) {
      emit(at + 1, 'code');
      emit(endOf(one, at), 'string');
      emit(Math.min(at + 1, text.length), 'code');
    } else if (one === '`') {
      emit(at + 1, 'code');
      template();
    } else if (one === '}' && braces.pop() === true) {
      emit(at + 1, 'code');
      template();
    } else {
      if (one === '{') braces.push(false);
      emit(at + 1, 'code');
    }
  }
  return { code: code.join(''), strings: strings.join('') };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

const end = (found: number, length: number, text: string) => (found === -1 ? text.length : found + length);

/** The code outside all braces, brackets and parentheses; what is inside them is blank. */
export function topLevel(code: string): string {
  let depth = 0;
  let out = '';
  for (const char of code) {
    if ('}])'.includes(char)) depth--;
    out += depth === 0 || char === '\n' ? char : ' ';
    if ('{[('.includes(char)) depth++;
  }
  return out;
}
