import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { newKey, send, type StageServer, startStage } from './stage-server.ts'

interface Answer {
  readonly data: { readonly id: string; readonly version: number; readonly [field: string]: unknown }
  readonly error: {
    readonly code: string
    readonly message: string
    readonly field?: string
    readonly version?: number
  }
}

let stage: StageServer

beforeAll(async () => {
  stage = await startStage(Object.values(inject('servers')).at(-1) as string)
})

afterAll(() => stage.close())

const answerOf = async (response: Response) => (await response.json()) as Answer
const listOf = async (response: Response) =>
  (await response.json()) as { data: Answer['data'][]; next?: string }
const idsOf = async (response: Response) => (await listOf(response)).data.map(({ id }) => id)

const newCamera = async (fields: object = {}) => {
  const response = await stage.as('ben', '/api/productions/p1/cameras', { json: { name: 'New', ...fields } })
  expect(response.status).toBe(201)
  return (await answerOf(response)).data
}

/** Resolves when so many statements wait for a lock of this database. */
const whenLocksAreWaitedFor = async (count: number) => {
  const waiting = `select count(*)::integer as waiting from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  for (;;) {
    const [row] = await stage.database.query<{ waiting: number }>(waiting)
    if (row && row.waiting >= count) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('reading', () => {
  test('A1: a list holds what the user may see, in camelCase, with versions', async () => {
    const { data } = await listOf(await stage.as('ben', '/api/productions'))

    expect(data).toEqual([
      { id: 'p1', name: 'Opening', venue: null, budget: '9007199254740993', version: 1, fieldVersions: {} },
      { id: 'p2', name: 'Gala', venue: null, budget: null, version: 1, fieldVersions: {} },
    ])
    expect(await idsOf(await stage.as('ana', '/api/productions'))).toEqual(['p1', 'p2', 'p3'])
    expect(await idsOf(await stage.as('dan', '/api/productions'))).toEqual([])
  })

  test('A1: collections, nested ones and shared models follow the same rules', async () => {
    expect(await idsOf(await stage.as('cleo', '/api/cameras'))).toEqual(['c3'])
    expect(await idsOf(await stage.as('ben', '/api/productions/p1/cameras'))).toEqual(['c1', 'c2'])
    expect(await idsOf(await stage.as('ben', '/api/productions/p1/photos'))).toEqual(['f1'])
    expect(await idsOf(await stage.as('ben', '/api/cameras/c1/photos'))).toEqual(['f1'])
    expect(await idsOf(await stage.as('dan', '/api/lenses'))).toEqual(['l1'])
    expect(await idsOf(await stage.as('ana', '/api/hidden-things'))).toEqual([])
  })

  test('one record has its version as a tag, and is not sent again to whoever has it', async () => {
    const first = await stage.as('ben', '/api/cameras/c1')
    const again = await stage.as('ben', '/api/productions/p1/cameras/c1', {
      headers: { 'if-none-match': '"1"' },
    })

    expect([first.status, first.headers.get('etag'), first.headers.get('cache-control')]).toEqual([
      200,
      '"1"',
      'no-store',
    ])
    expect((await answerOf(first)).data).toMatchObject({
      id: 'c1',
      productionId: 'p1',
      isLive: false,
      seenAt: null,
    })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  test('lists are filtered and paged, each record on exactly one page', async () => {
    const pages: string[][] = []
    let after = ''
    for (;;) {
      const page = await listOf(await stage.as('ana', `/api/cameras?limit=2${after}`))
      pages.push(page.data.map(({ id }) => id))
      if (page.next === undefined) break
      after = `&after=${page.next}`
    }

    expect(pages.flat().slice(0, 4)).toEqual(['c1', 'c2', 'c3', 'c4'])
    expect(pages.every((page) => page.length <= 2)).toBe(true)
    expect(
      await idsOf(await stage.as('ana', '/api/cameras?productionId=p2&name=Three&isLive=false')),
    ).toEqual(['c3'])
    expect((await stage.as('ana', '/api/cameras?nme=x')).status).toBe(422)
  })

  test('A3: missing, forbidden, unknown, unparsable and misplaced are the same bytes', async () => {
    const paths = [
      '/api/productions/p3',
      '/api/productions/p9',
      '/api/productions/p%00',
      `/api/productions/${'x'.repeat(400)}`,
      '/api/cameras/c4',
      '/api/cameras/c9',
      '/api/productions/p3/cameras',
      '/api/productions/p9/cameras',
      '/api/productions/p1/cameras/c3',
      '/api/productions/p3/cameras/c4',
      '/api/badges/seven',
      '/api/badges/99999999999999999999',
      '/api/hidden-things/h1',
      '/api/nothing',
      '/api/__proto__/1',
      '/nowhere',
    ]

    const answers = await Promise.all(
      paths.map(async (path) => {
        const response = await stage.as('ben', path)
        const headers = [...response.headers].filter(([name]) => name !== 'date')
        return JSON.stringify([response.status, headers, await response.text()])
      }),
    )

    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('not_found')
  })

  test('A3: writing to what is missing, forbidden or misplaced is the same bytes as reading it', async () => {
    const paths = [
      '/api/productions/p3',
      '/api/productions/p9',
      '/api/cameras/c4',
      '/api/cameras/c9',
      '/api/productions/p1/cameras/c3',
      '/api/badges/77',
    ]

    const answers = await Promise.all(
      paths.flatMap((path) =>
        ['PUT', 'PATCH', 'DELETE', 'GET'].map(async (method) => {
          const json = method === 'GET' || method === 'DELETE' ? undefined : {}
          const response = await stage.as('ben', path, { method, json })
          return `${response.status} ${await response.text()}`
        }),
      ),
    )

    expect(new Set(answers).size, answers.join('\n')).toBe(1)
  })

  test('A3: missing and forbidden take the same time', async () => {
    const timeOf = async (path: string, method: string) => {
      const began = performance.now()
      await (await stage.as('ben', path, method === 'GET' ? {} : { method, json: { name: 'x' } })).text()
      return performance.now() - began
    }
    /** How often one is slower than the other: a half when they are alike, whatever else the machine does. */
    const slower = (some: number[], others: number[]) =>
      some
        .flatMap((time): number[] => others.map((other) => (time > other ? 1 : time === other ? 0.5 : 0)))
        .reduce((sum, one) => sum + one, 0) /
      (some.length * others.length)

    for (const method of ['GET', 'PUT']) {
      const missing: number[] = []
      const forbidden: number[] = []
      // In turns, so that what happens to one happens to the other.
      for (let round = 0; round < 30; round++) {
        missing.push(await timeOf('/api/productions/p9', method))
        forbidden.push(await timeOf('/api/productions/p3', method))
      }

      expect(Math.min(...missing, ...forbidden)).toBeGreaterThanOrEqual(24)
      // Thirty of each: four standard deviations.
      expect(Math.abs(slower(missing, forbidden) - 0.5)).toBeLessThan(0.3)
    }
  })
})

describe('writing', () => {
  test('a create answers 201 with the record, its place and its tag; an id is made when none is given', async () => {
    const response = await stage.as('ben', '/api/productions/p1/cameras', {
      json: {
        name: 'Crane',
        zoom: 7,
        details: { a: [1, null] },
        thumbnail: 'aGVsbG8=',
        seenAt: '2026-02-12T10:00:00.123456Z',
      },
    })
    const { data } = await answerOf(response)

    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe(`/api/productions/p1/cameras/${data.id}`)
    expect(response.headers.get('etag')).toBe('"1"')
    expect(data).toMatchObject({
      productionId: 'p1',
      name: 'Crane',
      zoom: 7,
      isLive: false,
      details: { a: [1, null] },
      thumbnail: 'aGVsbG8=',
      seenAt: '2026-02-12T10:00:00.123456+00:00',
      serial: 'factory',
      version: 1,
    })
    expect(data.id).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('an id that the database draws comes back', async () => {
    const response = await stage.as('ben', '/api/productions/p1/badges', { json: { label: 'Crew' } })
    const { data } = await answerOf(response)

    expect(data).toMatchObject({ label: 'Crew', productionId: 'p1' })
    expect((await answerOf(await stage.as('ben', `/api/badges/${data.id}`))).data.label).toBe('Crew')
  })

  test('an id that a trigger leaves out in another table is not said to be the record’s', async () => {
    await stage.database.query(`create table printed (id integer primary key);
      create function print_badge() returns trigger language plpgsql as
        'begin insert into printed (id) values (null); return new; end';
      create trigger print_badge after insert on badges for each row when (new.label = 'Printed') execute function print_badge()`)

    const response = await stage.as('ben', '/api/productions/p1/badges', { json: { label: 'Printed' } })

    const { error } = await answerOf(response)
    expect(error).toMatchObject({ code: 'constraint' })
    expect(error?.message).not.toContain('makes no ids')
    await stage.database.query('drop trigger print_badge on badges; drop table printed')
  })

  test('an empty id is refused, whoever makes the ids', async () => {
    const answers = await Promise.all(
      ['cameras', 'badges', 'tickets'].map((table) =>
        stage.as('ben', `/api/productions/p1/${table}`, { json: { id: '' } }),
      ),
    )

    for (const answer of answers) {
      expect([answer.status, (await answerOf(answer)).error]).toEqual([
        422,
        { code: 'invalid_value', message: 'The `id` is empty. Send one, or leave it out.', field: 'id' },
      ])
    }
  })

  test('where the database draws no ids, a create without one says so', async () => {
    const response = await stage.as('ben', '/api/productions/p1/tickets', { json: {} })
    const numbered = await stage.as('ben', '/api/productions/p1/tickets', { json: { id: '7' } })
    const wrong = await stage.as('ben', '/api/productions/p1/tickets', { json: { id: 'seven' } })

    expect([response.status, (await answerOf(response)).error]).toMatchObject([
      409,
      {
        code: 'constraint',
        field: 'id',
        message:
          'The database makes no ids for `ticket`: their column has no default. Send an `id`, or make the column `generated by default as identity`.',
      },
    ])
    expect([numbered.status, (await answerOf(numbered)).data.id]).toEqual([201, '7'])
    expect((await answerOf(wrong)).error).toMatchObject({
      code: 'invalid_value',
      field: 'id',
      message:
        'The id of model `ticket` is "seven". Write an id: a whole number of 32 bits, as text and without leading zeros.',
    })
  })

  test('PUT and PATCH write the fields named and no others, and the log knows who', async () => {
    const camera = await newCamera({ note: 'keep' })

    const put = await stage.as('ben', `/api/productions/p1/cameras/${camera.id}`, {
      method: 'PUT',
      json: { name: 'Changed' },
    })
    const patch = await stage.as('ben', `/api/cameras/${camera.id}`, {
      method: 'PATCH',
      json: { id: camera.id, zoom: 3 },
    })
    const log = await stage.database.query(
      "select action, actor, source, version from syncline.log where model = 'camera' and id = $1 order by version",
      [camera.id],
    )

    expect([put.status, (await answerOf(put)).data]).toMatchObject([
      200,
      { name: 'Changed', note: 'keep', version: 2 },
    ])
    expect((await answerOf(patch)).data).toMatchObject({
      name: 'Changed',
      zoom: 3,
      version: 3,
      fieldVersions: { name: 2, zoom: 3 },
    })
    expect(log).toEqual([
      { action: 'create', actor: 'ben', source: 'app', version: 1 },
      { action: 'update', actor: 'ben', source: 'app', version: 2 },
      { action: 'update', actor: 'ben', source: 'app', version: 3 },
    ])
  })

  test('a delete answers 204, and the record is not there any more', async () => {
    const camera = await newCamera()

    const removed = await stage.as('ben', `/api/productions/p1/cameras/${camera.id}`, { method: 'DELETE' })

    expect([removed.status, await removed.text()]).toEqual([204, ''])
    expect((await stage.as('ben', `/api/cameras/${camera.id}`)).status).toBe(404)
  })

  test('`If-Match` turns an overwrite into 412 with the version there is', async () => {
    const camera = await newCamera()
    const put = (version: string, name: string) =>
      stage.as('ben', `/api/cameras/${camera.id}`, {
        method: 'PUT',
        json: { name },
        headers: { 'if-match': version },
      })

    const first = await put('"1"', 'First')
    const late = await put('"1"', 'Late')
    const remove = await stage.as('ben', `/api/cameras/${camera.id}`, {
      method: 'DELETE',
      headers: { 'if-match': '"1"' },
    })

    expect([first.status, late.status, remove.status]).toEqual([200, 412, 412])
    expect((await answerOf(late)).error).toMatchObject({ code: 'changed', version: 2 })
    expect((await answerOf(await stage.as('ben', `/api/cameras/${camera.id}`))).data.name).toBe('First')
    expect((await put('later', 'x')).status).toBe(400)
  })

  test('`If-Match` may name several versions, and the record must have one of them', async () => {
    const camera = await newCamera()
    const put = (versions: string) =>
      stage.as('ben', `/api/cameras/${camera.id}`, {
        method: 'PUT',
        json: { name: versions },
        headers: { 'if-match': versions },
      })

    const [first, second, late] = [await put('"3", "1"'), await put('"1", "2"'), await put('"1", "2"')]

    expect([first.status, second.status, late.status]).toEqual([200, 200, 412])
    expect((await answerOf(late)).error).toMatchObject({ code: 'changed', version: 3 })
  })

  test('`If-None-Match` keeps a record that is there from being written', async () => {
    const camera = await newCamera()
    const send = (method: string, tags: string) =>
      stage.as('ben', `/api/cameras/${camera.id}`, {
        method,
        ...(method === 'PUT' && { json: { name: tags } }),
        headers: { 'if-none-match': tags },
      })

    const answers = [
      await send('PUT', '*'),
      await send('PUT', '"7", "1"'),
      await send('DELETE', '*'),
      await send('PUT', '"7"'),
    ]

    expect(answers.map(({ status }) => status)).toEqual([412, 412, 412, 200])
    expect((await answerOf(answers[0] as Response)).error).toMatchObject({ code: 'changed' })
  })

  test('a record is saved whole as it was read: its `version` is the one that its author saw', async () => {
    const camera = await newCamera()
    const { version } = (await answerOf(await stage.as('ben', `/api/cameras/${camera.id}`))).data
    const save = (json: object) =>
      stage.as('ben', `/api/cameras/${camera.id}`, { method: 'PUT', json: { id: camera.id, ...json } })

    const first = await save({ name: 'First', version })
    const older = await save({ name: 'Second', version })
    const odd = await save({ name: 'Third', version: 'new' })

    expect([first.status, older.status, odd.status]).toEqual([200, 200, 422])
    expect((await answerOf(older)).data).toMatchObject({ name: 'Second', version: Number(version) + 2 })
  })

  test('`If-None-Match` is judged while the record is held: of two writers one is late', async () => {
    const camera = await newCamera()
    const put = (method: string) =>
      stage.as('ben', `/api/cameras/${camera.id}`, {
        method,
        ...(method === 'PUT' && { json: { name: 'Late' } }),
        headers: { 'if-none-match': '"2"' },
      })

    const answers = await stage.connected.transaction(async (connection) => {
      await connection.query('update cameras set zoom = 9 where id = $1', [camera.id])
      const late = [put('PUT'), put('DELETE')]
      await whenLocksAreWaitedFor(late.length)
      return late
    })
    const [update, remove] = await Promise.all(answers)

    expect([update?.status, remove?.status]).toEqual([412, 412])
    expect((await answerOf(update as Response)).error).toMatchObject({ code: 'changed', version: 2 })
    expect((await answerOf(await stage.as('ben', `/api/cameras/${camera.id}`))).data).toMatchObject({
      name: 'New',
    })
  })

  describe('a record that is saved whole, as it was read', () => {
    const newCue = async () =>
      answerOf(await stage.as('ben', '/api/productions/p1/cues', { json: { line: 'Curtain' } }))
    const save = (
      user: string,
      table: string,
      { id, ...fields }: { readonly id: string; readonly [field: string]: unknown },
      headers = {},
    ) => stage.as(user, `/api/${table}/${id}`, { method: 'PUT', json: { id, ...fields }, headers })

    test('A4: what may not be written is no write where it is as it was', async () => {
      const camera = (await answerOf(await stage.as('ben', '/api/cameras/c2'))).data
      const cue = (await newCue()).data

      const saved = [
        await save('ben', 'cameras', { ...camera, note: 'Saved whole' }),
        await save('ben', 'cues', { ...cue, line: 'Lights' }),
      ]
      const unchanged = await save('ben', 'cameras', (await answerOf(saved[0] as Response)).data)

      expect([...saved, unchanged].map(({ status }) => status)).toEqual([200, 200, 200])
      expect((await answerOf(saved[1] as Response)).data).toMatchObject({ line: 'Lights', version: 2 })
      expect((await answerOf(unchanged)).data).toMatchObject({
        note: 'Saved whole',
        ownerId: 'nobody',
        version: 2,
      })
    })

    test('A4: what may not be written refuses the whole record where it is another value', async () => {
      const camera = await newCamera()
      const cue = (await newCue()).data

      const refused = [
        await save('ben', 'cameras', { ...camera, note: 'Stolen', ownerId: 'ben' }),
        await save('ben', 'cameras', { ...camera, note: 'Stolen', productionId: 'p2' }),
        await save('ben', 'cameras', { ...camera, note: 'Stolen', fieldVersions: { note: 9 } }),
        await save('ben', 'cues', { ...cue, line: 'Stolen', updatedAt: '2030-01-01T00:00:00.000000Z' }),
        await save('ben', 'cues', { ...cue, line: 'Stolen', author: 'cleo' }),
      ]

      for (const response of refused)
        expect([response.status, (await answerOf(response)).error.code]).toEqual([422, 'protected_field'])
      expect((await answerOf(await stage.as('ben', `/api/cues/${cue.id}`))).data).toEqual(cue)
      expect((await answerOf(await stage.as('ben', `/api/cameras/${camera.id}`))).data).toEqual(camera)
    })

    test('one that has changed since, also where it may not be written, must be read again', async () => {
      const cue = (await newCue()).data
      await save('ben', 'cues', { id: cue.id, line: 'Lights' })

      const late = await save('ben', 'cues', { ...cue, line: 'Sound' })
      const { data } = await answerOf(await stage.as('ben', `/api/cues/${cue.id}`))
      const again = await save('ben', 'cues', { ...data, line: 'Sound' })

      expect([late.status, again.status]).toEqual([412, 200])
      expect((await answerOf(late)).error).toMatchObject({ code: 'changed', field: 'updatedAt', version: 2 })
    })

    test('W2: one that comes again with its key is answered as the first time', async () => {
      const cue = (await newCue()).data
      const headers = { 'idempotency-key': newKey() }

      const [first, again] = [
        await save('ben', 'cues', { ...cue, line: 'Lights' }, headers),
        await save('ben', 'cues', { ...cue, line: 'Lights' }, headers),
      ]

      expect([first.status, again.status]).toEqual([200, 200])
      expect((await answerOf(again)).data).toMatchObject({ line: 'Lights', version: 2 })
    })

    test('A3: who may not read it is told nothing by the values that are the same', async () => {
      const camera = (await answerOf(await stage.as('ben', '/api/cameras/c1'))).data
      const texts: string[] = []
      for (const ownerId of ['nobody', 'somebody']) {
        const response = await save('cleo', 'cameras', { id: camera.id, name: 'x', ownerId })
        texts.push(`${response.status} ${await response.text()}`)
      }
      const [same, other] = texts

      expect(same).toBe(other)
    })
  })

  test('a body that is not JSON is said to be one', async () => {
    const camera = await newCamera()
    const broken = await stage.as('ben', `/api/cameras/${camera.id}`, {
      method: 'PUT',
      body: '{"name"',
      headers: { 'content-type': 'application/json' },
    })

    expect(broken.status).toBe(400)
    expect((await answerOf(broken)).error.message).toBe(
      'The body "{\\"name\\"" is not JSON. Send one JSON object.',
    )
  })

  test('a duplicate id is 409; what the database refuses is 409 and says why', async () => {
    const camera = await newCamera()

    const duplicate = await stage.as('ben', '/api/productions/p1/cameras', {
      json: { id: camera.id, name: 'Twin' },
    })
    const refused = await stage.as('ben', '/api/productions/p1/cameras', { json: { name: 'bad' } })

    expect([duplicate.status, (await answerOf(duplicate)).error.code]).toEqual([409, 'duplicate_id'])
    expect([refused.status, (await answerOf(refused)).error.code]).toEqual([409, 'constraint'])
  })

  test('A1: writing what one may read but not write is 403; what one may not read is not there', async () => {
    const asViewer = await stage.as('ben', '/api/cameras/c3', { method: 'PUT', json: { name: 'x' } })
    const asStranger = await stage.as('cleo', '/api/cameras/c1', { method: 'PUT', json: { name: 'x' } })
    const noDelete = await stage.as('ben', '/api/productions/p1', { method: 'DELETE' })
    const noCreate = await stage.as('ben', '/api/productions', { json: { name: 'Mine' } })
    const intoForeign = await stage.as('ben', '/api/cameras', { json: { name: 'x', productionId: 'p3' } })
    const intoMissing = await stage.as('ben', '/api/cameras', { json: { name: 'x', productionId: 'p9' } })
    const nested = await stage.as('ben', '/api/productions/p3/cameras', { json: { name: 'x' } })

    expect([asViewer.status, asStranger.status, noDelete.status, noCreate.status, nested.status]).toEqual([
      403, 404, 403, 403, 404,
    ])
    expect(intoForeign.status).toBe(intoMissing.status)
    expect((await intoForeign.text()).replaceAll('p3', 'p?')).toBe(
      (await intoMissing.text()).replaceAll('p9', 'p?'),
    )
    expect(
      await stage.database.query("select name from cameras where id in ('c1', 'c3') order by id"),
    ).toEqual([{ name: 'One' }, { name: 'Three' }])
  })

  test('who may start a root starts it, although nobody else reads it yet', async () => {
    const response = await stage.as('ana', '/api/productions', { json: { id: 'p-new', name: 'New' } })

    expect([response.status, (await answerOf(response)).data.id]).toEqual([201, 'p-new'])
    expect((await stage.as('ben', '/api/productions/p-new')).status).toBe(404)
  })

  test('a record cannot be created in one production by the path of another', async () => {
    const response = await stage.as('ben', '/api/productions/p1/cameras', {
      json: { name: 'x', productionId: 'p2' },
    })

    expect([response.status, (await answerOf(response)).error.field]).toEqual([422, 'productionId'])
  })

  test('A1: a session that ended, or a right that was lost, ends writing at once', async () => {
    await stage.database.query("insert into production_members values ('p1', 'eve', 'crew')")
    const before = await stage.as('eve', '/api/cameras/c1', { method: 'PUT', json: { note: 'seen' } })
    await stage.database.query("delete from production_members where user_id = 'eve'")

    const after = await stage.as('eve', '/api/cameras/c1', { method: 'PUT', json: { note: 'lost' } })

    expect([before.status, after.status]).toEqual([200, 404])
  })
})

test('a record is created in a collection only if it will be in it', async () => {
  const post = (cameraId: string) =>
    stage.as('ben', '/api/productions/p1/photos', { json: { cameraId, caption: 'Nested' } })

  const own = await post('c1')
  const others = await Promise.all(['c3', 'c4', 'nowhere', ''].map(post))
  const found = await stage.as('ben', own.headers.get('location') ?? '')

  expect([own.status, found.status]).toEqual([201, 200])
  expect(others.map(({ status }) => status)).toEqual([422, 422, 422, 422])
  expect(new Set(await Promise.all(others.map((answer) => answer.text()))).size).toBe(1)
  expect(await stage.database.query("select camera_id from photos where caption = 'Nested'")).toEqual([
    { camera_id: 'c1' },
  ])
})

describe('W2: a write with an Idempotency-Key happens once', () => {
  test('one that says something else under the same key is refused, and the first answer stays', async () => {
    const headers = { 'idempotency-key': newKey() }
    const post = (label: string) =>
      stage.as('ben', '/api/productions/p1/badges', { json: { label }, headers })

    const first = await post('one')
    const other = await post('two')
    const again = await post('one')
    const [together, apart] = await Promise.all(
      ['three', 'four'].map((label) =>
        stage.as('ben', '/api/productions/p1/badges', {
          json: { label },
          headers: { 'idempotency-key': `${headers['idempotency-key']} at once` },
        }),
      ),
    )

    expect([first.status, other.status, again.status]).toEqual([201, 422, 201])
    expect(await other.text()).toContain('`Idempotency-Key`')
    expect((await answerOf(again)).data.id).toBe((await answerOf(first)).data.id)
    expect([together?.status, apart?.status].toSorted()).toEqual([201, 422])
  })

  test('so is one that was refused, and then said something else', async () => {
    const headers = { 'idempotency-key': newKey() }
    const post = (name: string) => stage.as('ben', '/api/productions/p1/cameras', { json: { name }, headers })

    const refused = [(await post('bad')).status, (await post('bad')).status]
    const other = await post('good')

    expect([...refused, other.status]).toEqual([409, 409, 422])
  })

  test('however often it is sent, also at the same time', async () => {
    const headers = { 'idempotency-key': newKey() }
    const name = `Once ${headers['idempotency-key']}`

    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        stage.as('ben', '/api/productions/p1/cameras', { json: { name }, headers }),
      ),
    )
    const again = await stage.as('ben', '/api/productions/p1/cameras', { json: { name }, headers })

    expect([...answers, again].map(({ status }) => status)).toEqual(Array.from({ length: 13 }, () => 201))
    const ids = new Set(
      await Promise.all([...answers, again].map(async (answer) => (await answerOf(answer)).data.id)),
    )
    expect(ids.size).toBe(1)
    expect(
      await stage.database.query('select count(*)::int as n from cameras where name = $1', [name]),
    ).toEqual([{ n: 1 }])
  })

  test('an update that is repeated after another one does not come back', async () => {
    const camera = await newCamera()
    const put = (name: string, headers: Record<string, string>) =>
      stage.as('ben', `/api/cameras/${camera.id}`, { method: 'PUT', json: { name }, headers })
    const headers = { 'idempotency-key': newKey() }

    await put('First', headers)
    await put('Second', {})
    const repeated = await put('First', headers)

    expect((await answerOf(repeated)).data).toMatchObject({ name: 'Second', version: 3 })
  })

  test('a deletion that is repeated is 204 again, and a refusal is refused again', async () => {
    const camera = await newCamera()
    const headers = { 'idempotency-key': newKey() }
    const remove = () =>
      stage.as('ben', `/api/productions/p1/cameras/${camera.id}`, { method: 'DELETE', headers })
    const refuse = () =>
      stage.as('ben', '/api/productions/p1/cameras', {
        json: { name: 'bad' },
        headers: { 'idempotency-key': `${headers['idempotency-key']} bad` },
      })

    expect([(await remove()).status, (await remove()).status]).toEqual([204, 204])
    expect([(await refuse()).status, (await refuse()).status]).toEqual([409, 409])
  })

  test('a repeat is answered as the first was, whatever has become of the parent since', async () => {
    const camera = await newCamera()
    const [photo, label, gone] = [newKey(), newKey(), newKey()]
    await stage.database.query("insert into productions (id, name) values ('brief', 'Brief')")
    await stage.database.query("insert into production_members values ('brief', 'ben', 'crew')")
    const post = (path: string, json: object, key: string) =>
      stage.as('ben', path, { json, headers: { 'idempotency-key': key } })
    const posts = () =>
      Promise.all([
        post('/api/productions/p1/photos', { cameraId: camera.id, caption: 'Once' }, photo),
        post('/api/productions/brief/badges', { label: 'Once' }, label),
      ])
    const inBrief = await answerOf(await post('/api/productions/brief/cameras', { name: 'Brief' }, newKey()))
    const remove = () =>
      stage.as('ben', `/api/productions/brief/cameras/${inBrief.data.id}`, {
        method: 'DELETE',
        headers: { 'idempotency-key': gone },
      })

    const first = [...(await posts()), await remove()]
    await stage.database.query('update cameras set production_id = $2 where id = $1', [camera.id, 'p2'])
    await stage.database.query("delete from production_members where production_id = 'brief'")
    const again = [...(await posts()), await remove()]

    expect(first.map(({ status }) => status)).toEqual([201, 201, 204])
    expect(again.map(({ status }) => status)).toEqual([201, 201, 204])
    expect((await answerOf(again[0] as Response)).data.id).toBe(
      (await answerOf(first[0] as Response)).data.id,
    )
  })

  test('a key makes no write pass that is not inside its parent', async () => {
    const camera = await newCamera()
    const path = `/api/productions/p2/cameras/${camera.id}`
    const headers = { 'idempotency-key': newKey() }

    const removed = await stage.as('ana', path, { method: 'DELETE', headers })
    const changed = await stage.as('ana', path, { method: 'PUT', json: { name: 'Elsewhere' }, headers })

    expect([removed.status, changed.status]).toEqual([404, 404])
    expect(await stage.database.query('select name from cameras where id = $1', [camera.id])).toEqual([
      { name: 'New' },
    ])
  })

  test('a key of another user is another key', async () => {
    const headers = { 'idempotency-key': newKey() }
    const post = (user: string) =>
      stage.as(user, '/api/productions/p1/badges', { json: { label: 'x' }, headers })

    const [mine, theirs] = [await answerOf(await post('ben')), await answerOf(await post('ana'))]

    expect(mine.data.id).not.toBe(theirs.data.id)
  })
})

describe('A4: what may not be written is refused with its whole write, however it is spelled', () => {
  const PROTECTED = ['serial', 'ownerId', 'version', 'fieldVersions']
  const SPELLINGS = [
    'owner_id',
    'OwnerId',
    'OWNERID',
    'owner-id',
    ' ownerId',
    'ownerId ',
    'ownerId\u0000',
    'o\u0077nerId\u200b',
    'Serial',
    'SERIAL',
    'field_versions',
    'Version',
    'sync_room',
    'id ',
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'xmin',
    'ctid',
    'tableoid',
    'name"; drop table cameras; --',
  ]

  const state = () =>
    stage.database.query("select serial, owner_id, version, name from cameras where id = 'c2'")
  const count = async () =>
    (await stage.database.query<{ n: number }>('select count(*)::int as n from cameras'))[0]?.n

  for (const field of [...PROTECTED, ...SPELLINGS]) {
    test(`field ${JSON.stringify(field)}`, async () => {
      const [before, countBefore] = [await state(), await count()]
      const body = (extra: string) => `{"name":"stolen",${JSON.stringify(field)}:${extra}}`
      const json = { 'content-type': 'application/json' }

      const update = await stage.as('ben', '/api/cameras/c2', {
        method: 'PUT',
        body: body('"mine"'),
        headers: json,
      })
      const nested = await stage.as('ben', '/api/productions/p1/cameras/c2', {
        method: 'PATCH',
        body: body('{"$inc":1}'),
        headers: json,
      })
      const create = await stage.as('ben', '/api/productions/p1/cameras', {
        method: 'POST',
        body: body('"mine"'),
        headers: json,
      })

      for (const response of [update, nested, create]) {
        expect(response.status).toBeGreaterThanOrEqual(400)
        expect(response.status).toBeLessThan(500)
      }
      expect([await state(), await count()]).toEqual([before, countBefore])
      expect(Object.keys(Object.prototype)).toEqual([])
    })
  }

  test('a field named twice, once allowed and once not, is refused', async () => {
    const before = await state()
    const bodies = [
      '{"name":"a","name":"b"}',
      '{"note":"a","ownerId":"x","ownerId":"nobody"}',
      '{"name":"a","n\\u0061me":"b"}',
    ]

    for (const body of bodies) {
      const response = await stage.as('ben', '/api/cameras/c2', {
        method: 'PUT',
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect(response.status, body).toBe(body.includes('ownerId') ? 400 : 400)
    }
    expect(await state()).toEqual(before)
  })

  test('a record cannot be moved by an update that may not name its reference', async () => {
    const response = await stage.as('ben', '/api/cameras/c2', { method: 'PUT', json: { productionId: 'p2' } })

    expect([response.status, (await answerOf(response)).error.code]).toEqual([422, 'protected_field'])
  })
})

test('what PostgreSQL cannot store is refused by name', async () => {
  const values: [string, string][] = [
    ['name', '"a\\u0000b"'],
    ['name', '"\\ud800"'],
    ['zoom', '3000000000'],
    ['zoom', '1.5'],
    ['seenAt', '"yesterday"'],
    ['details', '{"a":1e400}'],
    ['thumbnail', '"not base64"'],
    ['isLive', '"yes"'],
  ]
  for (const [field, value] of values) {
    const response = await stage.as('ben', '/api/cameras/c2', {
      method: 'PUT',
      body: `{"${field}":${value}}`,
      headers: { 'content-type': 'application/json' },
    })
    const text = await response.text()
    expect([response.status, text.includes(field)], `${field} ${value}: ${text}`).toEqual([422, true])
  }
})

test('methods that a path does not have are named', async () => {
  const response = await stage.as('ben', '/api/productions', { method: 'DELETE' })

  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST'])
})

test('nobody who is not signed in gets anything', async () => {
  for (const path of [
    '/api/productions',
    '/api/lenses',
    '/sync/pull?channel=Lens:all',
    '/sync/activity?channel=Production:p1',
  ]) {
    const response = await send(stage.url + path, {})
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  }
})
