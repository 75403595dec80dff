/** What every driver promises; run against each of them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/postgres/database.ts'

/** Runs the contract on a fresh database that `open` makes. */
export function driverContract(open: () => Promise<Database>): void {
  let database: Database

  beforeAll(async () => {
    database = await open()
    await database.query('create table notes (id integer primary key, body text)')
  })
  afterAll(() => database.close())

  test('values arrive as text or JSON-friendly, whatever the session defaults', async () => {
    const [row] = await database.query(`select 1::int2 as small, 2 as whole, 9007199254740993::int8 as big,
      1.10::numeric as decimal, 1.5::float8 as float, 'NaN'::float8 as nan, true as yes, '{"a": 1}'::jsonb as jsonb,
      '{"a": 1}'::json as json, '2026-01-02 03:04:05.123456+00'::timestamptz as at, '2026-01-02'::date as day,
      '\\x00ff'::bytea as bytes, '{a,NULL,"b c"}'::text[] as texts, '{1,2}'::int8[] as bigs,
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid as uuid, null::int4 as nothing, pg_current_snapshot() as snapshot`)

    expect(row).toEqual({
      small: 1,
      whole: 2,
      big: '9007199254740993',
      decimal: '1.10',
      float: 1.5,
      nan: Number.NaN,
      yes: true,
      jsonb: '{"a": 1}',
      json: '{"a": 1}',
      at: '2026-01-02 03:04:05.123456+00',
      day: '2026-01-02',
      bytes: new Uint8Array([0, 255]),
      texts: ['a', null, 'b c'],
      bigs: ['1', '2'],
      uuid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      nothing: null,
      snapshot: expect.stringMatching(/^\d+:\d+:/),
    })
  })

  test('a stream hands on the rows of a statement one by one, or says why it ended', async () => {
    const counted: unknown[] = []
    const text = 'select n, n::text from generate_series(1, $1::int) n'
    await database.transaction(async (connection) => {
      await connection.stream({ text, values: [3] }, (row) => counted.push(row))
      expect(await connection.query('select 1 as one')).toEqual([{ one: 1 }])
    })

    const failing = database.transaction((connection) =>
      connection.stream({ text: 'select 1 / (3 - n) from generate_series(1, 5) n' }, (row) =>
        counted.push(row),
      ),
    )

    await expect(failing).rejects.toThrow(/division by zero/)
    expect(counted.slice(0, 3)).toEqual([
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ])
    expect(await database.query('select 2 as two')).toEqual([{ two: 2 }])
  })

  test('parameters of every kind reach the database as they are', async () => {
    const values = [
      'a "b" \\ é',
      1.5,
      9007199254740993n,
      true,
      null,
      new Uint8Array([0, 10, 255]),
      ['x', null, 'y,"z"'],
      [1, 2],
    ]

    const [row] = await database.query(
      'select $1::text as a, $2::float8 as b, $3::int8 as c, $4::bool as d, $5::text as e, $6::bytea as f, $7::text[] as g, $8::int4[] as h',
      values,
    )

    expect(Object.values(row as object)).toEqual([
      'a "b" \\ é',
      1.5,
      '9007199254740993',
      true,
      null,
      new Uint8Array([0, 10, 255]),
      ['x', null, 'y,"z"'],
      [1, 2],
    ])
  })

  test('an error names its SQLSTATE and leaves the database usable', async () => {
    await expect(database.query('select 1/0')).rejects.toMatchObject({ code: '22012' })

    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }])
  })

  test('a transaction commits what it did when its work resolves', async () => {
    const result = await database.transaction(async (connection) => {
      await connection.query("insert into notes values (1, 'kept')")
      return 'done'
    })

    expect(result).toBe('done')
    expect(await database.query('select body from notes where id = 1')).toEqual([{ body: 'kept' }])
  })

  test('a transaction rolls back when its work throws', async () => {
    const work = database.transaction(async (connection) => {
      await connection.query("insert into notes values (2, 'lost')")
      throw new Error('changed my mind')
    })

    await expect(work).rejects.toThrow('changed my mind')
    expect(await database.query('select 1 from notes where id = 2')).toEqual([])
  })

  test('a transaction whose failed statement was swallowed does not pass for committed', async () => {
    const work = database.transaction(async (connection) => {
      await connection.query("insert into notes values (3, 'lost')")
      await connection.query('select 1/0').catch(() => {})
    })

    await expect(work).rejects.toThrow('rolled back at commit')
  })

  test('a commit refused by a deferred constraint rejects, and others go on', async () => {
    await database.query(
      'create table deferred (id integer primary key, parent integer references deferred deferrable initially deferred)',
    )

    await expect(
      database.transaction((connection) => connection.query('insert into deferred values (1, 99)')),
    ).rejects.toMatchObject({ code: '23503' })

    expect(await database.query('select * from deferred')).toEqual([])
  })

  test('a transaction has the isolation it asked for', async () => {
    const [row] = await database.transaction(
      (connection) =>
        connection.query(
          "select current_setting('transaction_isolation') as level, current_setting('transaction_read_only') as read_only",
        ),
      { isolation: 'repeatable read', readOnly: true },
    )

    expect(row).toEqual({ level: 'repeatable read', read_only: 'on' })
  })

  test('transactions that are open at the same time keep apart', async () => {
    await database.query('create table counter (n integer); insert into counter values (0)')

    await Promise.all(
      Array.from({ length: 20 }, () =>
        database.transaction(async (connection) => {
          const [row] = await connection.query<{ n: number }>('select n from counter for update')
          await connection.query('update counter set n = $1', [(row as { n: number }).n + 1])
        }),
      ),
    )

    expect(await database.query('select n from counter')).toEqual([{ n: 20 }])
  })

  test('a pipeline answers in order', async () => {
    const connection = await database.connect('test')

    const answers = await connection.pipeline([
      { text: 'begin' },
      { text: 'insert into notes values ($1, $2) returning id', values: [10, 'piped'] },
      { text: 'select body from notes where id = $1', values: [10] },
      { text: 'commit' },
    ])

    expect(answers).toEqual([[], [{ id: 10 }], [{ body: 'piped' }], []])
    await connection.close()
  })

  test('a pipeline throws its first error after the later statements ran', async () => {
    const connection = await database.connect('test')

    const answers = connection.pipeline([
      { text: 'select 1/0' },
      { text: 'select nothing_there' },
      { text: "insert into notes values (11, 'after')" },
    ])

    await expect(answers).rejects.toMatchObject({ code: '22012' })
    expect(await connection.query('select body from notes where id = 11')).toEqual([{ body: 'after' }])
    await connection.close()
  })

  test('of statements with a name and without, a pipeline throws the first error, though all answers come at a time', async () => {
    const connection = await database.connect('test')

    const answers = connection.pipeline([
      { text: 'begin' },
      { text: 'select 1/0' },
      { name: 'behind', text: 'select 1' },
      { text: 'rollback' },
    ])
    const failed = answers.catch((error: unknown) => error)
    await new Promise(setImmediate)
    // Longer than the database takes: everything is read at once.
    for (const end = performance.now() + 100; performance.now() < end; );

    expect(await failed).toMatchObject({ code: '22012' })
    await connection.close()
  })

  test('a pipeline that fails inside begin and commit changes nothing', async () => {
    const connection = await database.connect('test')

    const answers = connection.pipeline([
      { text: 'begin' },
      { text: "insert into notes values (12, 'lost')" },
      { text: 'select 1/0' },
      { text: 'commit' },
    ])

    await expect(answers).rejects.toMatchObject({ code: '22012' })
    expect(await database.query('select 1 from notes where id = 12')).toEqual([])
    await connection.close()
  })

  test('a named statement is prepared once and runs again, also after it failed', async () => {
    const connection = await database.connect('test')
    const divide = (by: number) =>
      connection.query({ name: 'divide', text: 'select 10 / $1::int4 as result', values: [by] })

    expect(await divide(5)).toEqual([{ result: 2 }])
    await expect(divide(0)).rejects.toMatchObject({ code: '22012' })
    expect(await divide(2)).toEqual([{ result: 5 }])

    await connection.close()
  })

  test('a named statement answers as one without a name, at first, again, and sent before it was answered', async () => {
    const connection = await database.connect('test')
    const text =
      'select $1::text as "text", $2::int4 as "int", $3::int8 as "big", $4::bool as "is", $5::bytea as "bytes", $6::text[] as "list", $7::float8 as "missing", n from generate_series(1, 2) n'
    const values = [
      'it\'s "so" ü',
      7,
      12345678901234567890n % 2n ** 62n,
      true,
      new Uint8Array([0, 255, 92]),
      ['a', null, 'b"\\c,{}', 'NULL'],
      null,
    ]
    const named = () => connection.query({ name: 'kinds', text, values })
    const expected = await connection.query(text, values)

    expect(expected).toMatchObject([
      { text: values[0], int: 7, is: true, n: 1 },
      { missing: null, n: 2 },
    ])
    expect(await Promise.all([named(), named(), named()])).toEqual([expected, expected, expected])
    expect(await named()).toEqual(expected)
    await connection.close()
  })

  test('a named statement without columns answers no rows', async () => {
    const connection = await database.connect('test')
    await connection.query('create temporary table kept (n integer)')
    const insert = { name: 'keep', text: 'insert into kept values ($1)' }
    expect(await connection.query({ ...insert, values: [1] })).toEqual([])
    expect(await connection.query({ ...insert, values: [2] })).toEqual([])
    expect(await connection.query('select sum(n)::int4 as sum from kept')).toEqual([{ sum: 3 }])
    await connection.close()
  })

  test('a named statement whose columns have changed fails instead of answering under the former names', async () => {
    const connection = await database.connect('test')
    await connection.query('create temporary table changing (a integer)')
    await connection.query('insert into changing values (1)')
    const all = () => connection.query({ name: 'all', text: 'select * from changing' })
    expect([await all(), await all()]).toEqual([[{ a: 1 }], [{ a: 1 }]])
    await connection.query('alter table changing add column b integer default 2')
    await expect(all()).rejects.toMatchObject({ code: '0A000' })
    await connection.close()
  })

  test('statements that are sent together inside a transaction run in their order, and nothing is warned of', async () => {
    const warnings: string[] = []
    const keep = (warning: Error) => void warnings.push(warning.message)
    process.on('warning', keep)

    const rows = await database.transaction((connection) =>
      Promise.all([1, 2, 3].map((n) => connection.query('select $1::int4 as n', [n]))),
    )
    await new Promise(setImmediate)
    process.off('warning', keep)

    expect([rows, warnings]).toEqual([[[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]], []])
  })

  test('a name that is another statement already is refused, and the connection goes on', async () => {
    const connection = await database.connect('test')
    await connection.query({ name: 'same', text: 'select 1 as n' })
    await expect(connection.query({ name: 'same', text: 'select 2 as n' })).rejects.toThrow(/"same"/)
    expect(await connection.query({ name: 'same', text: 'select 1 as n' })).toEqual([{ n: 1 }])
    await connection.close()
  })

  test('statements of a connection run in the order in which they were sent', async () => {
    const connection = await database.connect('test')
    await connection.query('create temporary table sent (n integer)')

    await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        connection.query('insert into sent select $1::int4 where (select count(*) from sent) = $1::int4', [
          n,
        ]),
      ),
    )

    expect(await connection.query('select count(*)::int4 as n from sent')).toEqual([{ n: 50 }])
    await connection.close()
  })

  test('a connection keeps its settings to itself', async () => {
    const connection = await database.connect('test', { jit: 'off', enable_seqscan: 'off' })
    const seqscan = "select current_setting('enable_seqscan') as value"

    expect(await connection.query(seqscan)).toEqual([{ value: 'off' }])
    expect(await database.query(seqscan)).toEqual([{ value: 'on' }])
    expect(await connection.query(seqscan)).toEqual([{ value: 'off' }])

    await connection.close()
  })

  test('a connection that is closed inside a transaction leaves nothing behind', async () => {
    const connection = await database.connect('test')
    await connection.query('begin')
    await connection.query("insert into notes values (20, 'lost')")

    await connection.close()

    expect(await connection.closed).toBeUndefined()
    await expect(connection.query('select 1')).rejects.toThrow()
    expect(await database.query('select 1 from notes where id = 20')).toEqual([])
  })

  test('a listener is woken by a notification, after its transaction committed', async () => {
    let wakes = 0
    const listener = await database.listen('test_channel', () => wakes++)

    await database.transaction(async (connection) => {
      await connection.query("select pg_notify('test_channel', '')")
      expect(wakes).toBe(0)
    })

    await expect.poll(() => wakes).toBe(1)
    await listener.close()
  })

  test('a closed listener is not woken', async () => {
    let wakes = 0
    const other = await database.listen('test_channel', () => {})
    const listener = await database.listen('test_channel', () => wakes++)
    await listener.close()

    await database.query("select pg_notify('test_channel', '')")
    await database.query('select 1')

    expect(wakes).toBe(0)
    await other.close()
  })

  test('a large result and a large parameter pass whole', async () => {
    const text = 'é'.repeat(500_000)

    const [row] = await database.query<{ same: string; rows: number }>(
      'select $1::text as same, (select count(*)::int4 from generate_series(1, 100000)) as rows',
      [text],
    )

    expect(row?.same).toBe(text)
    expect((await database.query('select * from generate_series(1, 20000) n')).length).toBe(20_000)
  })
}
