import { expect, test } from 'vitest'
import type { Authenticate } from './identity.ts'
import { silentLogger } from './logger.ts'
import { whoAsks } from './who-asks.ts'

const REQUEST = new Request('http://localhost/sync')

const refusing = (cause: string, isOrdinary = false): Authenticate =>
  Object.assign(() => null, {
    whyNot: () => ({ cause, message: `It is the ${cause}. Mend it.`, isOrdinary }),
  })

function logged() {
  const lines: [level: string, fields: object, message: string][] = []
  const level = (name: string) => (fields: object, message: string) =>
    void lines.push([name, fields, message])
  return { lines, log: { ...silentLogger, info: level('info'), warn: level('warn') } }
}

test('why a proof was refused is told to the log, and not to whoever asks', async () => {
  const { lines, log } = logged()

  const nobody = await whoAsks([() => null, refusing('signature')], log)(REQUEST)

  expect(nobody).toBeNull()
  expect(lines).toEqual([
    ['warn', { cause: 'signature' }, 'A proof was refused. It is the signature. Mend it.'],
  ])
})

test('somebody whom a later authenticator knows is not explained', async () => {
  const { lines, log } = logged()

  const identity = await whoAsks([refusing('signature'), () => ({ user: { id: 'ana' } })], log)(REQUEST)

  expect(identity?.user).toEqual({ id: 'ana' })
  expect(lines).toEqual([])
})

test('a cause is told once a minute, with how many were alike, so that nobody fills the log', async () => {
  const { lines, log } = logged()
  let nowMs = 0
  const ask = whoAsks([refusing('signature')], log, () => nowMs)

  for (let n = 0; n < 500; n++) await ask(REQUEST)
  nowMs += 60_000
  await ask(REQUEST)

  expect(lines.map(([, fields]) => fields)).toEqual([
    { cause: 'signature' },
    { cause: 'signature', alikeSinceLastTold: 499 },
  ])
})

test('a session that ended is no warning', async () => {
  const { lines, log } = logged()

  await whoAsks([refusing('session', true)], log)(REQUEST)

  expect(lines.map(([level]) => level)).toEqual(['info'])
})
