import { expect, test } from 'vitest'
import { consoleLogger } from './console-logger.ts'

function listen(shown?: ReadonlySet<string>) {
  const lines: string[] = []
  const log = consoleLogger({ out() {}, error: (text) => lines.push(text) }, shown)
  return { log, lines }
}

test('a line is the message and what it is about, in words', () => {
  const { log, lines } = listen()

  log.error({ error: 'error: column "colour" does not exist' }, 'The writer met an error.')
  log.warn({ channel: 'Pet:1', error: 'Error: Gone.' }, 'A channel could not be read.')
  log.warn({ error: new TypeError('No.') }, 'Something failed.')
  log.warn({}, 'Nothing more.')
  log.info({ n: 1 }, 'Not shown.')

  expect(lines).toEqual([
    'error: The writer met an error. (error: column "colour" does not exist)',
    'warning: A channel could not be read. (channel: Pet:1; error: Gone.)',
    'warning: Something failed. (error: TypeError: No.)',
    'warning: Nothing more.',
  ])
})

test('a line is one line whatever it holds, and never what fails', () => {
  const { log, lines } = listen()
  const circle: Record<string, unknown> = {}
  circle['self'] = circle

  log.warn({ name: 'a\nb\u001b[0m', count: 2n, tables: ['a', 'b'], none: undefined, circle }, 'Something.')

  expect(lines).toEqual([
    'warning: Something. (name: a\\nb\\u001b[0m; count: 2; tables: ["a","b"]; circle: …)',
  ])
})

test('what was said before is not said again', () => {
  const { log, lines } = listen(new Set(['Known.']))

  log.warn({ table: 'pets' }, 'Known.')

  expect(lines).toEqual([])
})
