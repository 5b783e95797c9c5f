/**
 * `highwater config`: every setting there is, from the definitions that the code itself obeys.
 */
import type { Command } from 'commander'
import { HighwaterError } from '../../base/local-errors.ts'
import { BROKER_SETTINGS } from '../../config/broker-config.ts'
import { CONSUMER_SETTINGS } from '../../config/consumer-config.ts'
import { nearestKey } from '../../config/define-config.ts'
import { PRODUCER_SETTINGS } from '../../config/producer-config.ts'
import { TOPIC_SETTINGS } from '../../config/topic-config.ts'
import { configText, filterSettings, type ListedSetting, listSettings } from '../config-text.ts'
import type { Invocation } from '../terminal.ts'

/** Adds the command; `invocation.exit` learns its exit code. */
export function addConfigCommand(program: Command, { terminal, exit }: Invocation): void {
  program
    .command('config')
    .description('Every setting of producers, consumers, topics and brokers: default, range, what it does.')
    .argument('[word]', 'only those with this word in name, scope or description')
    .option('--json', 'print them as JSON, nothing else')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
    .action((word: string | undefined, flags: { readonly json?: true }) => {
      const found = settingsWith(word ?? null)
      terminal.out(flags.json ? `${JSON.stringify(found, null, 2)}\n` : configText(found))
      exit(0)
    })
}

/** @throws HighwaterError HIGHWATER_CONFIG where no setting has the word */
function settingsWith(word: string | null): readonly ListedSetting[] {
  const all = [
    ...listSettings('producer', PRODUCER_SETTINGS),
    ...listSettings('consumer', CONSUMER_SETTINGS),
    ...listSettings('topic', TOPIC_SETTINGS),
    ...listSettings('broker', BROKER_SETTINGS)
  ]
  const found = filterSettings(all, word)
  if (found.length > 0 || word === null) return found
  const nearest = nearestKey(
    word,
    all.map(({ name }) => name)
  )
  const cure = nearest === null ? 'leave the word out to see all.' : `did you mean ${nearest}?`
  throw new HighwaterError('HIGHWATER_CONFIG', `No setting has ${JSON.stringify(word)} in it; ${cure}`)
}
