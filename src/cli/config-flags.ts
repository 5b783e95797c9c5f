/**
 * Settings given as `--config name=value`, as often as wanted: the lines of a producer.properties.
 */
import { InvalidArgumentError } from 'commander'

/** Adds one to those before it. */
export function collectSetting(text: string, before: Record<string, string> = {}): Record<string, string> {
  const equals = text.indexOf('=')
  const name = text.slice(0, Math.max(0, equals)).trim()
  if (name === '') throw new InvalidArgumentError('Give NAME=VALUE, such as batch.size=65536.')
  return { ...before, [name]: text.slice(equals + 1).trim() }
}
