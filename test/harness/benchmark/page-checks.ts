/** What every page keeps to, whatever it shows. */

const EMPTY = new Set(['meta', '!doctype', 'link'])

/** Elements of a page that are not closed, or closed in another order. */
export function unclosed(page: string): string[] {
  const open: string[] = []
  for (const [, slash, name = '', rest = ''] of page.matchAll(/<(\/?)([!\w]+)((?:"[^"]*"|[^">])*)>/g)) {
    if (slash === '/') {
      if (open.pop() !== name) return [name]
    } else if (!rest.endsWith('/') && !EMPTY.has(name)) open.push(name)
  }
  return open
}

/** What a page would run or load from elsewhere. */
export function foreign(page: string): string[] {
  const local = /\shref="(?:#|data:|[\w.-]+")/g
  return page.replaceAll(local, '').match(/<script|<img|@import|url\(|\ssrc=|\shref=/gi) ?? []
}

/** Names of the figures that a page shows, in its order. */
export function figuresIn(page: string): string[] {
  return [...page.matchAll(/<figure id="figure-([\w-]+)"/g)].map(([, name = '']) => name)
}

/** What a reader sees, without commands, names, style and charts. */
export function shown(page: string): string {
  return page
    .replace(/<(code|title|style|svg)[\s>].*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, '\n')
    .replace(/\s+/g, ' ')
}

/** Texts in which the words of a chart's text do not fit: `NaN`, `undefined`, `Infinity`. */
export function lostValues(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([name, text]) => {
    // Nothing says so in the report itself where a number is lost: JSON has null for it.
    return name.endsWith('.hlog') ? [] : (text.match(/.{0,60}(?:NaN|undefined|Infinity).{0,60}/g) ?? [])
  })
}
