/** Writes beside a sign-out: each is kept, or its author is told that it is not. */
import { expect, test } from 'vitest'
import { profile } from './pages-fixture.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('W3, K2: a write that is made while the user signs out is kept, or refused with an error', async () => {
  const outcomes = new Set<string>()
  for (let turns = 0; turns < 24; turns++) {
    const { wire, pass, open } = profile()
    const client = open({ joinAtStart: true })
    await pass()
    wire.connected(false)

    const leaving = client.signOut().then(
      () => 'left',
      () => 'stayed',
    )
    for (let at = 0; at < turns; at++) await turn()
    const write = client.mutate.production.update('p1', { name: 'Last words' })
    const fate = Promise.race([
      write.confirmed.catch(({ code }: { code: string }) => code),
      pass(1_000).then(() => 'waiting'),
    ])
    const outcome = `${await leaving}, ${await fate}`
    client.close()
    await pass()
    const next = open()
    await pass()
    outcomes.add(`${outcome}, ${next.status.current.pending}`)
    next.close()
  }

  expect([...outcomes].sort()).toEqual(['left, aborted, 0', 'stayed, waiting, 1'])
})

test('W3: a write in the turns before the device is emptied keeps the session', async () => {
  const { wire, pass, open } = profile()
  const client = open()
  await pass()
  wire.connected(false)

  const leaving = client.signOut()
  await Promise.resolve().then(() => {})
  await Promise.resolve().then(() => {})
  const write = client.mutate.production.update('p1', { name: 'Last words' })

  await expect(leaving).rejects.toMatchObject({ unsent: 1 })
  await write.stored
  expect(client.status.current).toMatchObject({ pending: 1, storage: 'durable' })
  client.close()
})

test('K2: a write after the sign-out says that it is discarded, and is not shown', async () => {
  const { pass, open } = profile()
  const client = open({ joinAtStart: true })
  await pass()

  await client.signOut()
  const write = client.mutate.camera.create({ productionId: 'p1', name: 'Late', note: null, tags: [] })

  await expect(write.stored).rejects.toMatchObject({ code: 'aborted' })
  await expect(write.confirmed).rejects.toThrow(/signed out/)
  expect(client.query.camera.current).toEqual([])
  expect(client.status.current.pending).toBe(0)
})
