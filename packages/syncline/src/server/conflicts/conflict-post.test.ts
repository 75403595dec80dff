import { expect, test } from 'vitest'
import { LOGGED_CONFLICT } from '../../postgres/apply/apply-function.ts'
import type { Batch, LogRow } from '../../postgres/log-row.ts'
import type { Frame } from '../frames/frame.ts'
import type { TouchedGuards } from '../rooms/guards.ts'
import { ConflictPost } from './conflict-post.ts'

type Options = ConstructorParameters<typeof ConflictPost>[0]

/** A post whose database answers when it is told to, by the users whose entries it is asked for. */
function stage(...users: string[]) {
  const told: Record<string, string[]> = {}
  const asked: { readonly user: string; readonly ids: readonly string[]; readonly answer: () => void }[] = []
  const sessions = new Map(
    users.map((user) => {
      const send = ({ text }: Frame) => {
        const { conflicts } = JSON.parse(text) as { conflicts: { id: string }[] }
        told[user] = [...(told[user] ?? []), ...conflicts.map(({ id }) => id)]
      }
      return [user, { user: { id: user }, send }]
    }),
  )
  const query = ({ text, values: [names] }: { text: string; values: readonly (readonly string[])[] }) =>
    new Promise((resolve) => {
      const ids = text.includes('unnest') ? ['everything'] : (names as string[])
      const user = (ids[0] === 'everything' ? names?.[0] : ids[0]?.split(' ')[0]) as string
      const rows = ids.map((id) => ({ user_id: user, is_own: true, conflict: JSON.stringify({ id }) }))
      asked.push({ user, ids, answer: () => resolve(rows) })
    })
  const options = {
    database: { query },
    schema: { models: {} },
    shown: { conflict: (conflict: unknown) => conflict },
    sessions: {
      ofUser: (user: string) => [sessions.get(user)].filter(Boolean),
      all: () => sessions.values(),
    },
    log: { warn: () => {} },
  }
  return { post: new ConflictPost(options as unknown as Options), told, asked }
}

const entry = (user: string, n: number) =>
  ({ model: LOGGED_CONFLICT, id: `${user} ${n}`, fields: JSON.stringify({ user }), actor: 'zoe' }) as LogRow
const batch = (...rows: LogRow[]) =>
  ({ rows, overflowing: new Set<string>(), reset: null }) as unknown as Batch
const UNTOUCHED: TouchedGuards = new Map()
const turn = () => new Promise((resolve) => setTimeout(resolve))

test('W4: a user whose entries take long to read keeps nobody else’s', async () => {
  const { post, told, asked } = stage('ana', 'ben')
  post.onBatch(batch(entry('ana', 1)), UNTOUCHED)
  post.onBatch(batch(entry('ben', 1)), UNTOUCHED)
  post.onBatch(batch(entry('ben', 2)), UNTOUCHED)
  await turn()

  asked.find(({ user }) => user === 'ben')?.answer()
  await turn()
  asked.findLast(({ user }) => user === 'ben')?.answer()
  await turn()

  expect(told).toEqual({ ben: ['ben 1', 'ben 2'] })
})

test('W4: what comes while a user is asked about is asked about together, and bounded', async () => {
  const { post, told, asked } = stage('ana')
  for (let n = 0; n < 3_000; n++) post.onBatch(batch(entry('ana', n)), UNTOUCHED)
  await turn()
  asked[0]?.answer()
  await turn()
  asked[1]?.answer()
  await turn()

  expect(asked.map(({ ids }) => ids)).toEqual([['ana 0'], ['everything']])
  expect(told).toEqual({ ana: ['ana 0', 'everything'] })
})
