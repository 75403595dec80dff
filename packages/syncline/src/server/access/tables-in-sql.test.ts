import { expect, test } from 'vitest'
import { tablesInSql } from './tables-in-sql.ts'

const cases: [text: string, tables: string[], functions?: string[]][] = [
  ['true', []],
  [
    'exists (select 1 from account_users m where m.account_id = "a"."id" and m.user_id = $1)',
    ['account_users'],
  ],
  ['id in (select account_id from Account_Users)', ['account_users']],
  ['exists (select 1 from "Account Users" where 1=1)', ['Account Users']],
  [
    'exists (select 1 from crm.accounts a join public.users u on u.id = a.user_id)',
    ['crm.accounts', 'users'],
  ],
  ['exists (select 1 from "crm"."accounts")', ['crm.accounts']],
  ['exists (select 1 from a, b x, lateral (select * from c) y, only d where true)', ['a', 'b', 'c', 'd']],
  ['exists (select 1 from a left join b using (id) cross join c natural join d)', ['a', 'b', 'c', 'd']],
  [
    'exists (select 1 from (select id from inner_table) t, after_it where t.id = 1)',
    ['inner_table', 'after_it'],
  ],
  ['exists (select 1 from (a join b on a.id = b.id), c)', ['a', 'b', 'c']],
  ["note = 'from hidden' and exists (select 1 from seen -- from comment\n)", ['seen']],
  ["note = 'it''s from hidden' /* from other */ and e = E'from x'", []],
  ['note = $q$ from hidden $q$ and exists (select 1 from seen)', ['seen']],
  ['a is distinct from b and extract(year from at) = 2020', []],
  ["substring(name from 2) = 'x' and trim(both from name) = ''", []],
  [
    'exists (with recursive up as (select id from folders union all select f.id from folders f join up on true) select 1 from up, roles)',
    ['folders', 'roles'],
  ],
  [
    'exists (with a as materialized (select 1 from t1), b as (select 1 from t2) select 1 from a, b)',
    ['t1', 't2'],
  ],
  ['exists (select 1 from unnest($1::text[]) u where u = "r"."id")', []],
  ['exists (select 1 from generate_series(1, 2) g, members)', ['members']],
  ['can_see($1, "r"."id")', [], ['can_see']],
  ['app.can_see("r"."id") and exists (select 1 from visible($1) v)', [], ['app.can_see', 'visible']],
  ['count(*) > 0 and (select max(x) from y where z in (1, 2) order by a, b) = 1', ['y']],
  ['(select 1 from a where x = 1 union select 2 from b) = 1', ['a', 'b']],
  ['exists (select a.x, b.y from a join b on (a.id = b.id and b.kind in (1,2)), c)', ['a', 'b', 'c']],
  ['exists (select 1 from t as s (a, b), u)', ['t', 'u']],
  ['exists (table members)', ['members']],
]

for (const [text, tables, functions = []] of cases) {
  test(`A2: tables of ${text.replaceAll('\n', ' ')}`, () => {
    const found = tablesInSql(text)

    expect([...found.tables].sort()).toEqual([...tables].sort())
    expect([...found.functions].sort()).toEqual([...functions].sort())
  })
}
