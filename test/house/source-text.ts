/**
 * TypeScript text with its comments, or also its strings, blanked out: what the rules of the house look at.
 * Blanking keeps every line and column. A scanner of a few states, not a parser; `source-text.test.ts` says
 * what it understands.
 */

type Blank = 'comments' | 'comments and strings'

const MARK = /[/'"`{}]/g
const REGEX_MAY_FOLLOW = /(?:^|[-+*%&|^!~?:;,=<>([{}]|\b(?:return|typeof|case|in|of|void|await|yield))\s*$/

/** The code without comments; strings stay. */
export function withoutComments(text: string): string {
  return blank(text, 'comments')
}

/** The code alone: comments, strings, templates' fixed parts and regular expressions are blanks. */
export function codeAlone(text: string): string {
  return blank(text, 'comments and strings')
}

const blanksFor = (text: string): string => text.replace(/[^\n]/g, ' ')

function blank(text: string, what: Blank): string {
  let result = ''
  let at = 0
  /** For each open `${`, how many braces are open inside it. */
  const braces: number[] = []
  while (at < text.length) {
    MARK.lastIndex = at
    const mark = MARK.exec(text)?.index ?? text.length
    result += text.slice(at, mark)
    if (mark === text.length) break
    const part = partAt(text, mark, { before: result, braces })
    const isKept = part.kind === 'code' || (part.kind === 'string' && what === 'comments')
    const written = text.slice(mark, part.end)
    result += isKept ? written : blanksFor(written)
    at = part.end
  }
  return result
}

interface Part {
  readonly kind: 'code' | 'comment' | 'string'
  readonly end: number
}

interface Context {
  /** What stands before, without comments. */
  readonly before: string
  readonly braces: number[]
}

function partAt(text: string, at: number, { before, braces }: Context): Part {
  switch (text[at]) {
    case '/':
      return slashAt(text, at, before)
    case "'":
    case '"':
      return { kind: 'string', end: endOfQuoted(text, at) }
    case '`':
      return { kind: 'string', end: endOfTemplate(text, at, braces) }
    case '{':
      if (braces.length > 0) braces.push(braces.pop()! + 1)
      return { kind: 'code', end: at + 1 }
    default:
      return closingBraceAt(text, at, braces)
  }
}

function slashAt(text: string, at: number, before: string): Part {
  const two = text.slice(at, at + 2)
  if (two === '//') return { kind: 'comment', end: endOf(text, at, '\n') }
  if (two === '/*') return { kind: 'comment', end: endOf(text, at + 2, '*/') + 2 }
  if (REGEX_MAY_FOLLOW.test(lastCode(before))) return { kind: 'string', end: endOfRegex(text, at) }
  return { kind: 'code', end: at + 1 }
}

/** Ends a block of code, or goes on with the template around it. */
function closingBraceAt(text: string, at: number, braces: number[]): Part {
  const open = braces.pop()
  if (open === 0) return { kind: 'string', end: endOfTemplate(text, at, braces) }
  if (open !== undefined) braces.push(open - 1)
  return { kind: 'code', end: at + 1 }
}

function endOf(text: string, from: number, mark: string): number {
  const found = text.indexOf(mark, from)
  return found < 0 ? text.length : found
}

/** What stands before, without the blanks that comments became. */
function lastCode(result: string): string {
  return result.slice(-200).trimEnd().slice(-12)
}

function endOfQuoted(text: string, from: number): number {
  const quote = text[from]
  let at = from + 1
  while (at < text.length && text[at] !== quote && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Behind the closing backtick, or behind `${`, which is then noted as open. */
function endOfTemplate(text: string, from: number, braces: number[]): number {
  let at = from + 1
  while (at < text.length && text[at] !== '`') {
    if (text[at] === '$' && text[at + 1] === '{') {
      braces.push(0)
      return at + 2
    }
    at += text[at] === '\\' ? 2 : 1
  }
  return at + 1
}

function endOfRegex(text: string, from: number): number {
  let at = from + 1
  let inClass = false
  while (at < text.length && text[at] !== '\n' && (inClass || text[at] !== '/')) {
    if (text[at] === '[') inClass = true
    if (text[at] === ']') inClass = false
    at += text[at] === '\\' ? 2 : 1
  }
  return at + 1
}
