import { expect, test } from 'vitest'
import { describeFailure } from './failure.ts'

test('G9: a failure is described by kind and place, without its text', () => {
  const nasty = 'secret\n    at evil (/etc/passwd:1:1)'
  const error = Object.assign(new RangeError(nasty), { code: '22P02' })

  const failure = describeFailure(error)

  expect(failure.error).toBe('RangeError 22P02')
  expect(failure.at).toMatch(/failure\.test\.ts:\d+:\d+$/)
  expect(JSON.stringify(failure)).not.toMatch(/secret|passwd/)
  expect(describeFailure(undefined)).toEqual({ error: 'undefined', at: undefined })
  expect(describeFailure({ name: 'a\nb', code: 7 })).toEqual({ error: 'object', at: undefined })
})
