import { fork, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, inject, test, vi } from 'vitest'
import type { Database } from '../../src/postgres/database.ts'
import { retryDelayMs } from '../../src/postgres/drivers/listener.ts'
import { pglite } from '../../src/postgres/drivers/pglite.ts'
import { postgres } from '../../src/postgres/drivers/postgres.ts'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts'
import { driverContract } from './contract.ts'

const servers = inject('servers')

describe.each(Object.keys(servers))('pg on PostgreSQL %s', (major) => {
  let server: TestDatabase | undefined
  afterAll(() => server?.drop())

  driverContract(async () => {
    server = await createTestDatabase(servers[major] as string)
    return postgres(server.url)
  })
})

describe('pg on a server whose defaults differ', () => {
  let server: TestDatabase | undefined
  afterAll(() => server?.drop())

  driverContract(async () => {
    server = await createTestDatabase(Object.values(servers)[0] as string)
    await server.query(`do $$ begin
      execute format('alter database %I set datestyle = ''German, DMY''', current_database());
      execute format('alter database %I set timezone = ''Asia/Kathmandu''', current_database());
      execute format('alter database %I set bytea_output = ''escape''', current_database());
      execute format('alter database %I set standard_conforming_strings = off', current_database());
      execute format('alter database %I set quote_all_identifiers = on', current_database());
    end $$`)
    return postgres(server.url)
  })
})

describe('PGlite in memory', () => {
  driverContract(async () => pglite('memory://'))
})

describe('a pg connection that dies', () => {
  let server: TestDatabase
  let database: Database
  const setUp = async () => {
    server = await createTestDatabase(Object.values(servers)[0] as string)
    database = postgres(server.url, { poolSize: 2 })
  }
  const killAll = () =>
    server.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'syncline%'",
    )
  afterEach(async () => {
    await database.close()
    await server.drop()
  })

  test('rejects what was under way and tells its holder why', async () => {
    await setUp()
    const connection = await database.connect('victim')
    const sleeping = connection.query('select pg_sleep(30)')
    const rejected = expect(sleeping).rejects.toThrow()

    await killAll()

    await rejected
    expect(await connection.closed).toBeInstanceOf(Error)
    await expect(connection.query('select 1')).rejects.toThrow()
    await expect(connection.pipeline([{ text: 'select 1' }, { text: 'select 2' }])).rejects.toThrow()
  })

  test('is replaced in the pool, idle or in a transaction', async () => {
    await setUp()
    const work = database.transaction(async (connection) => {
      await killAll()
      await connection.query('select 1')
    })

    await expect(work).rejects.toThrow()
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }])
    await killAll()
    await expect.poll(() => database.query('select 1 as one').catch(() => [])).toEqual([{ one: 1 }])
  })

  test('L2: a listener reconnects by itself, and wakes because it may have missed something', async () => {
    await setUp()
    let wakes = 0
    const listener = await database.listen('test_channel', () => wakes++)

    for (let round = 1; round <= 5; round++) {
      const before = wakes
      await server.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'syncline listen' and datname = current_database()",
      )
      await expect.poll(() => wakes).toBeGreaterThan(before)
    }
    const before = wakes
    await server.query("select pg_notify('test_channel', '')")
    await expect.poll(() => wakes).toBe(before + 1)

    await listener.close()
  })
})

test('a listener that cannot connect at first says so', async () => {
  const database = postgres('postgres://nobody@127.0.0.1:1/none', { connectTimeoutMs: 500 })

  await expect(database.listen('test_channel', () => {})).rejects.toThrow('ECONNREFUSED')

  await database.close()
})

test('retries are spread over the whole pause, which grows to five seconds', () => {
  expect(retryDelayMs(0, () => 0)).toBe(0)
  expect(retryDelayMs(0, () => 1)).toBe(50)
  expect(retryDelayMs(3, () => 0.5)).toBe(200)
  expect(retryDelayMs(1_000, () => 1)).toBe(5_000)
})

describe('a PGlite folder', () => {
  const folders: string[] = []
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'syncline-pglite-'))
    folders.push(made)
    return made
  }
  /** A copy of the first folder: to begin another takes four times as long as to open one. */
  const begunFolder = () => {
    const made = folder()
    cpSync(folders[0] as string, made, { recursive: true })
    return made
  }
  afterAll(() => {
    for (const made of folders) rmSync(made, { recursive: true, force: true })
  })

  test('keeps its data when it is opened again, and says that it does not fsync', async () => {
    const path = folder()
    const warn = vi.fn()
    const first = pglite(path, { warn })
    await first.query('create table kept (n integer); insert into kept values (42)')
    await first.close()

    const second = pglite(path, { warn })

    expect(await second.query('select n from kept')).toEqual([{ n: 42 }])
    expect(warn.mock.calls[0]?.[0]).toContain('does not fsync')
    await second.close()
  })

  test('keeps a second owner out and names the process that has it', async () => {
    const path = begunFolder()
    const warn = () => {}
    const first = pglite(path, { warn })

    expect(() => pglite(path, { warn })).toThrow(`in use by this process (${process.pid})`)

    await first.close()
  })

  test('names the pid of another process that holds it, and takes over when that one is gone', async () => {
    const path = begunFolder()
    const sleeper = fork(join(import.meta.dirname, 'sleeper.mjs'), { silent: true })
    await new Promise((resolve) => sleeper.once('spawn', resolve))
    writeFileSync(
      join(path, 'syncline.lock'),
      JSON.stringify({ pid: sleeper.pid, host: hostname(), started: null }),
    )

    expect(() => pglite(path)).toThrow(`in use by process ${sleeper.pid}`)

    const gone = new Promise((resolve) => sleeper.once('exit', resolve))
    sleeper.kill('SIGKILL')
    await gone
    const database = pglite(path, { warn: () => {} })
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }])
    await database.close()
  })

  test.runIf(process.platform === 'linux')(
    'is taken over from a process that was killed and not collected by its parent',
    async () => {
      const path = begunFolder()
      // The shell becomes a program that never asks for the end of its child.
      const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'])
      const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)))
      const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      await expect.poll(() => stat()[0]).toBe('Z')
      writeFileSync(
        join(path, 'syncline.lock'),
        JSON.stringify({ pid, host: hostname(), started: stat()[19] }),
      )

      const database = pglite(path, { warn: () => {} })

      expect(await database.query('select 1 as one')).toEqual([{ one: 1 }])
      await database.close()
      parent.kill()
    },
  )

  test('is taken over when the pid was given to another program since', async () => {
    const path = begunFolder()
    writeFileSync(
      join(path, 'syncline.lock'),
      JSON.stringify({ pid: process.ppid, host: hostname(), started: '1' }),
    )

    const database = pglite(path, { warn: () => {} })

    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }])
    await database.close()
  })
})

test('PGlite lets nobody in between the statements of a connection that has begun a transaction', async () => {
  const database = pglite('memory://')
  await database.query('create table notes (id integer)')
  const connection = await database.connect('writer')
  const seen: string[] = []

  await connection.query('begin')
  const outsider = database
    .query('select count(*)::int4 as n from notes')
    .then(([row]) => seen.push(`outsider ${row?.n}`))
  await connection.query('insert into notes values (1)')
  await connection.query('select 1/0').catch(() => seen.push('failed'))
  await connection.query('rollback')
  await outsider

  expect(seen).toEqual(['failed', 'outsider 0'])
  await connection.close()
  await database.close()
})
