import { expect, test } from 'vitest'
import { parameterText } from './parameter-text.ts'
import { ruleText } from './apply/rule-text.ts'
import { sql } from './sql.ts'

test('values become text that PostgreSQL reads for any type', () => {
  expect([1, 12345678901234567890n, true, null, 'it\'s "so"'].map(parameterText)).toEqual([
    '1',
    '12345678901234567890',
    'true',
    null,
    'it\'s "so"',
  ])
  expect(parameterText(new Uint8Array([0, 255]))).toBe('\\x00ff')
  expect(parameterText(['a', 'b"\\c', null, 1, '', '{},'])).toBe('{"a","b\\"\\\\c",NULL,"1","","{},"}')
})

test('G5: a value never becomes part of a rule in a function', () => {
  const rule = sql`m.user_id = ${"x'; drop table members; --"} and m.role = any (${['a', 'b']})`

  expect(ruleText(rule, 'v.rule_', 3)).toBe('m.user_id = v.rule_3 and m.role = any (v.rule_4)')
})
