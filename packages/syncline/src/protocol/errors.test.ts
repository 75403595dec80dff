import { describe, expect, test } from 'vitest'
import { ERRORS, type ErrorEntry, errorEntry, SynclineError } from './errors.ts'

describe('errors', () => {
  test.each(Object.entries<ErrorEntry>(ERRORS))(
    '%s has a stable code, a sound status and close code, and a remedy',
    (code, entry) => {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
      expect(entry.status).toBeGreaterThanOrEqual(400)
      expect(entry.status).toBeLessThan(600)
      // 1005, 1006 and 1015 are never sent; 4000 to 4999 are an application's own.
      if (entry.close !== undefined)
        expect([1009, 1012, 1013].includes(entry.close) || (entry.close >= 4000 && entry.close < 5000)).toBe(
          true,
        )
      expect(entry.text).toMatch(/^[A-Z].*\. .*\.$/)
    },
  )

  test('close codes tell errors apart', () => {
    const codes = Object.values<ErrorEntry>(ERRORS).flatMap(({ close }) => close ?? [])

    expect(new Set(codes).size).toBe(codes.length)
  })

  test('a code of a newer version, or of every object, is looked up without harm', () => {
    expect(errorEntry('not_found')?.status).toBe(404)
    expect(errorEntry('not_yet_invented')).toBeUndefined()
    expect(errorEntry('constructor')).toBeUndefined()
  })

  test('the class carries code, details and cause', () => {
    const cause = new Error('low')

    const error = new SynclineError('rate_limited', 'Too many.', { retryAfterMs: 500, cause, n: 3 })

    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'SynclineError',
      code: 'rate_limited',
      message: 'Too many.',
      retryAfterMs: 500,
      n: 3,
      cause,
    })
    expect(error.field).toBeUndefined()
  })
})
