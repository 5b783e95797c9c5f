/**
 * A user's handler: a module whose default export, or whose export named `handler`, is called with records as
 * `runHandlers` calls it: `handler(records, context)`, again when what it returned has settled.
 *
 * Thread: the file is looked for in the harness's, the module is loaded and called in a consumer's. What goes
 * wrong in it is told in one sentence, for it is somebody else's code.
 */
import { statSync } from 'node:fs'
import { basename, dirname, extname, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { HighwaterError } from '../../base/local-errors.ts'
import type { Deserializer } from '../../clients/consumer/deserializers.ts'
import type { LaneHandler } from '../../clients/consumer/handler-lane.ts'

/** A handler's module as it is named in sentences, and its address. */
export interface HandlerSource {
  readonly name: string
  readonly address: string
}

/** What a handler module exports. */
export interface LoadedHandler {
  readonly handler: LaneHandler<unknown, unknown>
  readonly keyDeserializer: Deserializer<unknown> | null
  readonly valueDeserializer: Deserializer<unknown> | null
}

/** What Node loads as code; TypeScript only where it was told how. */
const NODE_ENDINGS = ['.mjs', '.js', '.cjs', '']
const MODULE_ENDINGS = [...NODE_ENDINGS, '.mts', '.ts', '.cts']

function refuse(message: string, cause?: unknown): never {
  throw new HighwaterError('HIGHWATER_CONFIG', message, cause === undefined ? undefined : { cause })
}

/**
 * The handler of a path, relative to the working directory, or of a file: address.
 * @throws HighwaterError HIGHWATER_CONFIG if there is no such file
 */
export function handlerSource(path: string): HandlerSource {
  const address = path.startsWith('file:') ? path : pathToFileURL(resolve(path)).href
  const file = fileURLToPath(address)
  let isFile = false
  try {
    isFile = statSync(file).isFile()
  } catch (cause) {
    return refuse(`The handler ${path} cannot be found: name a JavaScript module that exports one.`, cause)
  }
  if (!isFile) return refuse(`The handler ${path} is no file: name a JavaScript module that exports one.`)
  if (!MODULE_ENDINGS.includes(extname(file))) {
    return refuse(`The handler ${path} is no JavaScript module: its name must end with .mjs, .js or .cjs.`)
  }
  return { name: basename(file), address }
}

/**
 * Loads a handler's module in this thread.
 * @throws HighwaterError HIGHWATER_CONFIG if it has no handler, HIGHWATER_HANDLER if it does not even load
 */
export async function loadHandler({ name, address }: HandlerSource): Promise<LoadedHandler> {
  let exported: Record<string, unknown>
  try {
    exported = exportsOf((await import(address)) as Record<string, unknown>)
  } catch (cause) {
    // One that JSON.parse threw while the module ran has a place in it.
    if (cause instanceof SyntaxError && placeOf(cause) === null) {
      const what = oneLine(cause.message)
      return refuse(
        `The handler ${name} has a syntax error: ${what}; node --check ${name} shows where.`,
        cause
      )
    }
    // What the module itself imports may be of a kind that Node does not know either.
    if (codeOf(cause) === 'ERR_UNKNOWN_FILE_EXTENSION' && !NODE_ENDINGS.includes(extname(name))) {
      return refuse(
        `The handler ${name} is nothing that this Node loads: compile it to a .mjs, .js or .cjs.`,
        cause
      )
    }
    const text = `The handler ${name} threw while it was loaded: ${whatWas(cause)}.`
    throw new HighwaterError('HIGHWATER_HANDLER', text, { cause })
  }
  const handler = exported['handler'] ?? exported['default']
  if (typeof handler !== 'function') {
    return refuse(
      `The handler ${name} exports no function: export default async (records, context) => { ... }.`
    )
  }
  // Its source is the one thing in which a class differs from a function.
  if (/^class\b/.test(Function.prototype.toString.call(handler))) {
    return refuse(
      `The handler ${name} exports a class, which cannot be called: export a function that makes one and ` +
        'calls it, (records, context) => { ... }.'
    )
  }
  return {
    handler: handler as LaneHandler<unknown, unknown>,
    keyDeserializer: deserializer(name, exported, 'keyDeserializer'),
    valueDeserializer: deserializer(name, exported, 'valueDeserializer')
  }
}

/** The default export of a CommonJS module is all that it exports, itself perhaps with a default. */
function exportsOf(imported: Record<string, unknown>): Record<string, unknown> {
  const whole = imported['default']
  if (typeof whole !== 'object' || whole === null) return imported
  return { ...imported, ...whole }
}

function deserializer(
  name: string,
  exported: Record<string, unknown>,
  part: 'keyDeserializer' | 'valueDeserializer'
): Deserializer<unknown> | null {
  const given = exported[part]
  if (given === undefined) return null
  if (typeof given === 'function') return given as Deserializer<unknown>
  return refuse(`The handler ${name} exports ${part}, which must be a function.`)
}

/** What somebody else's code threw, with its own text, in one line. */
export function whatWas(cause: unknown): string {
  if (!(cause instanceof Error)) return oneLine(String(cause))
  const place = placeOf(cause)
  return oneLine(`${cause.name}: ${cause.message}${place === null ? '' : ` ${place}`}`)
}

/** Our own files, as addresses and as paths. */
const OWN_PATH = `${resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')}${sep}`
const OWN_ADDRESS = pathToFileURL(OWN_PATH).href

/** Where in a file of the user's it was thrown; null if only Node's code and ours were on the way. */
function placeOf({ stack = '' }: Error): string | null {
  const frames = stack.split('\n').map(line => line.trim())
  return frames.find(isTheirs) ?? null
}

/** ES modules have addresses in a stack, CommonJS modules paths. */
function isTheirs(frame: string): boolean {
  const file = /^at (?:.*\()?((?:file:|\/|[A-Z]:\\).*?)\)?$/.exec(frame)?.[1]
  return file !== undefined && !file.startsWith(OWN_ADDRESS) && !file.startsWith(OWN_PATH)
}

function codeOf(cause: unknown): string | null {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : null
}

const SHOWN_MAX = 300

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '')
  return line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX)}...` : line
}
