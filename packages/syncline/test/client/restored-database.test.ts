/** W2 after a restore: devices send again what a database has lost that was put back to an earlier state. */
import { execFileSync } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Cluster, copyDataDir, findPostgres, startCluster } from '../../src/testing/postgres-cluster.ts'
import { type StageFixture, startStage } from './stage-fixture.ts'

const WITHIN_MS = 60_000

let cluster: Cluster
let stage: StageFixture
afterEach(async () => {
  await stage.close()
  await cluster.remove()
})

/** A network that lets no socket through. */
class Blocked {
  onclose: (() => void) | null = null
  constructor() {
    setTimeout(() => this.onclose?.(), 1)
  }
  send() {}
  close() {}
}

/** As a snapshot of the volume. */
async function backUp(): Promise<string> {
  await stage.database.query('checkpoint')
  const copy = copyDataDir(cluster.dataDir)
  rmSync(join(copy, 'postmaster.pid'))
  return copy
}

async function putBack(copy: string): Promise<void> {
  await cluster.stop('immediate')
  rmSync(cluster.dataDir, { recursive: true })
  renameSync(copy, cluster.dataDir)
  await cluster.restart()
}

async function eventually<Value>(read: () => Value | Promise<Value>, expected: Value): Promise<void> {
  const deadline = Date.now() + WITHIN_MS
  for (;;) {
    const value = await Promise.resolve(read()).catch((error: unknown) => String(error))
    if (Date.now() > deadline) return expect(value).toEqual(expected)
    if (JSON.stringify(value) === JSON.stringify(expected)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const total = async () => {
  const [row] = await stage.database.query<{ total: number }>(
    "select total from tallies where id = 'p1-tally'",
  )
  return row?.total
}

const programs = findPostgres().at(-1)
if (!programs) throw new Error('No PostgreSQL found.')

describe(`on PostgreSQL ${programs.major}`, () => {
  test.each([
    ['sockets', 'stays up'],
    ['sockets', 'is started again'],
    ['requests', 'stays up'],
  ])(
    'W2: acknowledged writes that a restore has lost are sent again, once, by %s, when the server %s',
    async (way, server) => {
      cluster = await startCluster({ programs })
      stage = await startStage(cluster.url(), ['ana', 'ben'])
      const options = way === 'requests' ? { WebSocket: Blocked } : {}
      const [ana, ben] = [stage.client('ana', options), stage.client('ben', options)]
      for (const client of [ana, ben]) client.join('production', 'p1')
      const count = (client: typeof ana) =>
        client.mutate.tally.update('p1-tally', { total: { $inc: 1 } }).confirmed
      await Promise.all([ana, ben, ana, ben, ana, ben].map(count))
      const copy = await backUp()
      await Promise.all([ana, ben, ana, ben, ana, ben, ana, ben].map(count))

      await putBack(copy)
      if (server !== 'stays up') await stage.restart()
      const lateWrite = count(ana)

      await eventually(total, 15)
      await lateWrite
      await eventually(
        () => [ana, ben].map((client) => client.record('tally', 'p1-tally').current?.total),
        [15, 15],
      )
      const devices = await stage.database.query<{ last_op: string }>(
        'select last_op::text from syncline.devices order by 1',
      )
      expect(devices.map(({ last_op }) => last_op)).toEqual(['7', '8'])
      expect([ana, ben].flatMap(({ parked }) => parked.current)).toEqual([])
    },
    180_000,
  )
})

const dumping = findPostgres().find(({ bin }) => existsSync(join(bin, 'pg_dump')))

// The programs of some versions come without it; that the tail says so is tested in test/log/history.test.ts.
if (dumping) {
  test('W2: …also by pg_restore --clean under a server that stays up, from a device that writes nothing more', async () => {
    cluster = await startCluster({ programs: dumping })
    stage = await startStage(cluster.url(), ['ana'])
    const ana = stage.client('ana')
    ana.join('production', 'p1')
    const count = () => ana.mutate.tally.update('p1-tally', { total: { $inc: 1 } }).confirmed
    await count()
    const dump = join(cluster.dataDir, 'dump')
    execFileSync(join(dumping.bin, 'pg_dump'), ['-Fc', '-f', dump, stage.database.url])
    await count()

    execFileSync(join(dumping.bin, 'pg_restore'), ['--clean', '--if-exists', '-d', stage.database.url, dump])

    await eventually(total, 2)
    await eventually(() => ana.record('tally', 'p1-tally').current?.total, 2)
    expect(ana.parked.current).toEqual([])
  }, 180_000)
}
