/** `call` ops: functions of the application, which may fail, never end, or go on after their end. */
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import type { Connection } from '../../src/postgres/database.ts'
import { createWriter, type Writer } from '../../src/postgres/apply/writer.ts'
import type { WriterOptions } from '../../src/postgres/apply/writer-options.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { ana, ben, camera, type Crew, openCrew, rules, schema, TestDevice, update } from './crew.ts'

const call = (name: string, id: string) => ({ action: 'call', model: 'camera', id, name }) as const

describe.each(Object.entries(inject('servers')))('calls on PostgreSQL %s', (_major, server) => {
  let plain: TestDatabase
  let crew: Crew
  let writer: Writer
  let errors: Error[]
  /** What functions wait for that do not end; it comes when the test does. */
  let end: Promise<void>
  let letGo: () => void

  beforeEach(async () => {
    errors = []
    end = new Promise((resolve) => (letGo = resolve))
    plain = await createTestDatabase(server)
    crew = await openCrew(plain.url)
  })

  afterEach(async () => {
    letGo()
    await writer.close()
    await crew.close()
    await plain.drop()
  })

  async function open(options: WriterOptions): Promise<void> {
    const onError = (error: unknown) => void errors.push(error as Error)
    writer = await createWriter(crew.database, schema, rules, { onError, ...options })
  }

  async function callers(count: number): Promise<TestDevice[]> {
    const devices = Array.from({ length: count }, () => new TestDevice(writer, ana))
    await Promise.all(devices.map((device) => device.push()))
    return devices
  }

  test('W4: functions that do not end keep no write of anybody else waiting', async () => {
    let running = 0
    const hang = () => (running++, end)
    await open({ functions: { hang } })
    const devices = await callers(6)

    const hanging = devices.map((device, n) => device.push(call('hang', `h${n}`)))
    await expect.poll(() => running).toBeGreaterThan(0)
    const other = new TestDevice(writer, ben)
    const refused = await other.push(camera('bad one', { name: 'bad' }), camera('good'))
    const again = await other.push(
      camera('bad again', { name: 'bad' }),
      update('camera', 'good', { zoom: 2 }),
    )
    letGo()
    const outcomes = await Promise.all(hanging)

    expect(refused.rejected).toMatchObject([{ n: 1, code: 'constraint' }])
    expect(again).toMatchObject({ lastOp: 4 })
    expect(outcomes.flatMap(({ rejected }) => rejected)).toEqual([])
    expect(running).toBe(6)
  })

  test('W3, W4: a function that takes too long is ended, writes nothing, and its device goes on', async () => {
    let kept: Pick<Connection, 'query'> | undefined
    await open({
      callTimeoutMs: 200,
      functions: {
        async stall({ transaction }) {
          kept = transaction
          await transaction.query("update cameras set note = 'half' where id = 'c1'")
          await end
        },
      },
    })
    const device = new TestDevice(writer, ana)
    await device.push(camera('c1'))

    const outcome = await device.push(call('stall', 'c1'), update('camera', 'c1', { zoom: 3 }))

    expect(outcome).toMatchObject({ lastOp: 3, rejected: [{ n: 2, code: 'constraint' }] })
    expect(outcome.rejected[0]?.message).toContain('did not end within 200 ms')
    const [row] = await plain.query("select note, zoom from cameras where id = 'c1'")
    expect(row).toEqual({ note: null, zoom: 3 })
    await expect(kept?.query("update cameras set note = 'late'")).rejects.toThrow(/has ended/)
    expect(errors.map(String)).toEqual([expect.stringContaining('`stall`')])
  })

  test('W3: what a function does after its end is in nobody’s transaction', async () => {
    const said: string[] = []
    await open({
      functions: {
        forget({ transaction }) {
          setTimeout(() => {
            const sent = transaction.query("update cameras set note = 'late' where id = 'c2'")
            sent.then(() => said.push('sent')).catch((error: unknown) => said.push(String(error)))
          })
        },
      },
    })
    const device = new TestDevice(writer, ana)
    await device.push(camera('c2'))

    const { rejected } = await device.push(call('forget', 'c2'))
    await expect.poll(() => said).toEqual([expect.stringContaining('has ended')])

    expect(rejected).toEqual([])
    expect(await plain.query("select note from cameras where id = 'c2'")).toEqual([{ note: null }])
  })

  test('W3: why a function failed is told to the application, and nothing of it to the device', async () => {
    await open({
      functions: {
        broken() {
          throw new TypeError('secret details')
        },
        async divide({ transaction }) {
          await transaction.query('select 1 / 0')
        },
      },
    })
    const device = new TestDevice(writer, ana)

    const { rejected } = await device.push(call('broken', 'c3'), call('divide', 'c3'))

    expect(rejected.map(({ code, message }) => [code, message.split('`')[1]])).toEqual([
      ['constraint', 'broken'],
      ['constraint', 'divide'],
    ])
    expect(JSON.stringify(rejected)).not.toMatch(/secret|zero/)
    expect(errors.map(String)).toEqual([
      expect.stringMatching(/`broken`.*TypeError: secret details/s),
      expect.stringMatching(/`divide`.*division by zero/s),
    ])
  })

  test('W3: a call for a model that is not there is refused, and its function does not run', async () => {
    const ran: string[] = []
    await open({ functions: { note: ({ model }) => void ran.push(model) } })
    const device = new TestDevice(writer, ana)

    const { rejected } = await device.push(
      { ...call('note', 'c4'), model: 'nonsense' },
      { ...call('note', 'c4'), model: '__proto__' },
      call('note', 'c4'),
    )

    expect(rejected.map(({ n, code }) => [n, code])).toEqual([
      [1, 'not_found'],
      [2, 'not_found'],
    ])
    expect(ran).toEqual(['camera'])
  })
})
