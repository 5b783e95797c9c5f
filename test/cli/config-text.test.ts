import { describe, expect, test } from 'vitest'
import { configText, filterSettings, listSettings } from '../../src/cli/config-text.ts'

const SETTINGS = [
  ...listSettings('producer', {
    'linger.ms': { type: 'int', default: 5, range: [0, 100], doc: 'Time a batch waits for more records.' },
    'enable.idempotence': { type: 'boolean', default: true, doc: 'Retries write nothing twice.' },
    acks: { type: 'choice', default: 'all', values: ['all', '0', '1'], doc: 'Who must have a batch.' }
  }),
  ...listSettings('consumer', {
    'value.deserializer': {
      type: 'code',
      default: 'bytes',
      values: ['bytes', 'json'],
      doc: 'What makes a value.'
    },
    'interceptor.classes': { type: 'code', default: null, values: [], doc: 'A list, in code.' },
    'log.dirs': { type: 'text', default: null, doc: 'A directory.' }
  })
]

describe('the list of settings', () => {
  test('has scope, default, what is permitted and what each does', () => {
    expect(configText(SETTINGS)).toBe(
      [
        '# producer',
        '',
        'linger.ms=5',
        '    0 to 100',
        '    Time a batch waits for more records.',
        '',
        'enable.idempotence=true',
        '    true, false',
        '    Retries write nothing twice.',
        '',
        'acks=all',
        '    all, 0, 1',
        '    Who must have a batch.',
        '',
        '# consumer',
        '',
        'value.deserializer=bytes',
        '    bytes, json, or given in code',
        '    What makes a value.',
        '',
        'interceptor.classes=(none)',
        '    given in code',
        '    A list, in code.',
        '',
        'log.dirs=(none)',
        '    text',
        '    A directory.',
        ''
      ].join('\n')
    )
  })

  test('can be cut to those with a word in name, scope or description', () => {
    const names = (word: string | null) => filterSettings(SETTINGS, word).map(({ name }) => name)
    expect(names('LINGER')).toEqual(['linger.ms'])
    expect(names('consumer')).toEqual(['value.deserializer', 'interceptor.classes', 'log.dirs'])
    expect(names('batch')).toEqual(['linger.ms', 'acks'])
    expect(names(null)).toHaveLength(6)
    expect(names('zebra')).toEqual([])
  })
})
