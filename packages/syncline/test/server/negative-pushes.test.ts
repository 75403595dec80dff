/** What a push is told about records that are not there and about records that are not its author's. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStageServer, type StageServer } from './stage-server.ts'

let server: StageServer
beforeAll(async () => {
  server = await startStageServer()
})
afterAll(() => server.close())

test('A3: ops on missing and on forbidden records are rejected alike, and no sooner than any other no', async () => {
  const ben = await server.socket('ben', { device: 'guesses' })
  const answers: { text: string; afterMs: number }[] = []
  let n = 0
  for (const [model, id, action] of [
    ['production', 'p2', 'update'],
    ['production', 'nope', 'update'],
    ['camera', 'c2', 'update'],
    ['camera', 'nope', 'update'],
    ['production', 'p2', 'delete'],
    ['production', 'nope', 'delete'],
    ['secret', 'nope', 'delete'],
  ] as const) {
    const from = ben.messages.length
    const beganMs = performance.now()
    const fields = action === 'update' ? { fields: { name: 'Mine' } } : {}

    ben.send({ type: 'push', ops: [{ n: ++n, model, id, action, ...fields }], read: n - 1 })
    const ack = await ben.next(({ type }) => type === 'ack', from)

    const text = JSON.stringify(ack['rejected']).replaceAll(id, 'ID').replaceAll(model, 'MODEL')
    answers.push({ text: text.replace(`"n":${n}`, '"n":0'), afterMs: performance.now() - beganMs })
  }

  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  expect(answers[0]?.text).toContain('"code":"not_found"')
  // The client's clock starts before the server's; timers and that clock may differ by a millisecond.
  for (const { afterMs } of answers) expect(afterMs).toBeGreaterThan(23)
})

test('a conflict of somebody else is closed by nobody', async () => {
  const ben = await server.socket('ben', { device: 'resolves' })
  const from = ben.messages.length

  ben.send({ type: 'resolve', conflict: '5af0200d-1f50-4dce-b301-29e0513ca303', seen: true })
  ben.send({ type: 'resolve', conflict: 'nothing', seen: true })
  await expect.poll(() => ben.messages.length).toBe(from + 2)

  expect(ben.frames[from]).toBe(ben.frames[from + 1])
  expect(ben.messages[from]).toMatchObject({ type: 'error', code: 'not_found' })
})

test('W4: asking to close conflicts over and over is limited like pushing', async () => {
  const ben = await server.socket('ben', { device: 'insists' })
  const from = ben.messages.length

  for (let count = 0; count < 500; count++) ben.send({ type: 'resolve', conflict: `${count}`, seen: true })
  await expect.poll(() => ben.messages.length).toBe(from + 500)

  const limited = ben.messages.slice(from).filter(({ code }) => code === 'rate_limited')
  expect(limited.length).toBeGreaterThan(0)
  expect(limited[0]?.retryAfterMs).toBeGreaterThan(0)
})
