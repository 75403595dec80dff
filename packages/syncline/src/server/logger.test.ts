import { afterEach, expect, test, vi } from 'vitest'
import { standardLogger } from './logger.ts'

afterEach(() => vi.restoreAllMocks())

test('a line is one line whatever it holds, and never what fails', () => {
  const lines: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  const circle: Record<string, unknown> = { n: 1n }
  circle['self'] = circle

  standardLogger.warn({ name: 'a\nb\u001b[0m', count: 2n }, 'Something.')
  standardLogger.error({ circle }, 'Round.')
  standardLogger.info({}, 'Not shown.')

  expect(lines).toEqual([
    'syncline warn: Something. {"name":"a\\nb\\u001b[0m","count":"2"}\n',
    'syncline error: Round. ["circle"]\n',
  ])
})
