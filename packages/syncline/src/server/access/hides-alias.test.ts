import { expect, test } from 'vitest'
import { hidesAlias } from './hides-alias.ts'

test('A1: an alias is hidden by a table or an alias of the same name, and by nothing else', () => {
  const hiding = [
    'exists (select 1 from roles r where r.id = "r"."id")',
    'exists (select 1 from roles as r)',
    'exists (select 1 from r where id = "r"."id")',
    'exists (select 1 from crm.r)',
    'exists (select 1 from (select 1) r)',
    'exists (select 1 from roles R join x on true)',
    'exists (with r as (select 1) select 1 from r)',
  ]
  const harmless = [
    '"r"."id" = $1',
    "note = 'from r' and exists (select 1 from roles m where m.id = r.id)",
    'exists (select 1 from r m where m.id = "r"."id")',
    'exists (select 1 from r as m)',
  ]

  expect(hiding.filter((text) => !hidesAlias(text, 'r'))).toEqual([])
  expect(harmless.filter((text) => hidesAlias(text, 'r'))).toEqual([])
  expect(hidesAlias('exists (select 1 from accounts where true)', 'crm.accounts')).toBe(true)
})
