import * as v from 'valibot'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  array,
  bigint,
  boolean,
  bytes,
  date,
  decimal,
  defineSchema,
  hasMany,
  hasOne,
  integer,
  json,
  manyToMany,
  model,
  type NewRow,
  number,
  oneOf,
  reference,
  type Row,
  room,
  type SchemaDeclaration,
  SchemaError,
  text,
  timestamp,
  uuid,
} from './index.ts'

function mistakesOf(written: unknown): readonly string[] {
  try {
    defineSchema(written as SchemaDeclaration)
  } catch (error) {
    if (error instanceof SchemaError) return error.mistakes
    throw error
  }
  return []
}

const production = model('productions', { name: text() })
const camera = model('cameras', { productionId: reference('production'), name: text() })
const photo = model('photos', { cameraId: reference('camera'), caption: text() })

describe('a declaration', () => {
  test('gives each kind of field its column, kind and default', () => {
    const { models } = defineSchema({
      models: {
        thing: model('crm.all_things', {
          a: text().default('x'),
          ledScreen2Id: integer().nullable(),
          b: bigint({ as: 'bigint' }).default(5n),
          c: number().default(0.5),
          d: decimal().default('1.50'),
          e: boolean().default(false),
          f: timestamp().default('2026-02-12T12:00:00+02:00'),
          g: date(),
          h: json().default({}),
          i: uuid(),
          j: bytes(),
          k: oneOf('x', 'y').default('y'),
          l: array(text()).onConflict('set'),
          m: bigint().onConflict('counter'),
          n: timestamp().filledByDatabase(),
          o: text().column('legacy_NAME'),
        }),
      },
    })

    const fields = models['thing']?.fields ?? {}
    expect(models['thing']).toMatchObject({
      table: 'crm.all_things',
      path: 'all-things',
      channel: 'Thing',
      idType: 'text',
    })
    expect(Object.values(fields).map((field) => [field.column, field.kind, field.default])).toEqual([
      ['a', 'text', 'x'],
      ['led_screen2_id', 'integer', undefined],
      ['b', 'bigint', '5'],
      ['c', 'number', 0.5],
      ['d', 'decimal', '1.50'],
      ['e', 'boolean', false],
      ['f', 'timestamp', '2026-02-12T10:00:00+00:00'],
      ['g', 'date', undefined],
      ['h', 'json', {}],
      ['i', 'uuid', undefined],
      ['j', 'bytes', undefined],
      ['k', 'enum', 'y'],
      ['l', 'text', []],
      ['m', 'bigint', '0'],
      ['n', 'timestamp', undefined],
      ['legacy_NAME', 'text', undefined],
    ])
  })

  test('puts a model into several rooms, each with its own column', () => {
    const { models } = defineSchema({
      models: {
        production,
        crew: model('crews', { name: text() }),
        camera: model('cameras', { productionId: reference('production'), crewId: reference('crew') }),
        photo,
        tag: model('tags', { photoId: reference('photo') }),
      },
      rooms: {
        production: room({
          camera: 'production',
          photo: 'camera.productionId',
          tag: 'photoId.camera.production',
        }),
        crew: room({ camera: 'crewId', photo: 'cameraId.crewId' }),
      },
    })

    expect(models['camera']?.rooms.map(({ column }) => column)).toEqual(['production_id', 'crew_id'])
    expect(models['photo']?.rooms).toEqual([
      { root: 'production', path: ['cameraId', 'productionId'], column: 'sync_room_production' },
      { root: 'crew', path: ['cameraId', 'crewId'], column: 'sync_room_crew' },
    ])
    expect(models['tag']?.rooms).toEqual([
      { root: 'production', path: ['photoId', 'cameraId', 'productionId'], column: 'sync_room' },
    ])
    expect(models['production']?.isRoot).toBe(true)
    expect(models['photo']?.isRoot).toBe(false)
  })

  test('relates in both directions', () => {
    const { relations } = defineSchema({
      models: {
        production,
        camera: model('cameras', {
          productionId: reference('production'),
          backupId: reference('production'),
        }),
        poster: model('posters', { productionId: reference('production') }),
        user: model('users', { name: text() }),
        friendship: model('friendships', { userId: reference('user'), friendId: reference('user') }),
      },
      relations: {
        production: { cameras: hasMany('camera', { by: 'productionId' }), poster: hasOne('poster') },
        user: { friends: manyToMany('user', { through: 'friendship', by: 'userId' }) },
      },
    })

    expect(relations['production']).toEqual({
      cameras: { name: 'cameras', from: 'production', to: 'camera', kind: 'many', field: 'productionId' },
      poster: {
        name: 'poster',
        from: 'production',
        to: 'poster',
        kind: 'many',
        field: 'productionId',
        single: true,
      },
    })
    expect(relations['user']?.['friends']).toEqual({
      name: 'friends',
      from: 'user',
      to: 'user',
      kind: 'manyToMany',
      field: 'userId',
      through: 'friendship',
      targetField: 'friendId',
    })
    expect(Object.keys(relations['camera'] ?? {})).toEqual(['production', 'backup'])
  })

  test('lets a validator narrow the type of its field', () => {
    const email = v.pipe(v.string(), v.email())
    const schema = defineSchema({
      models: {
        user: model('users', {
          email: text().validate(email),
          theme: text()
            .validate(v.picklist(['light', 'dark']))
            .nullable(),
          settings: json<{ readonly size: number }>(),
          createdAt: timestamp().filledByDatabase(),
        }),
      },
    })

    expectTypeOf<Row<typeof schema, 'user'>>().toEqualTypeOf<{
      readonly id: string
      readonly email: string
      readonly theme: 'light' | 'dark' | null
      readonly settings: { readonly size: number }
      readonly createdAt: string
    }>()
    expectTypeOf<NewRow<typeof schema, 'user'>>().toEqualTypeOf<{
      readonly id?: string
      readonly email: string
      readonly theme?: 'light' | 'dark' | null
      readonly settings: { readonly size: number }
      readonly createdAt?: string
    }>()
    expect(schema.models['user']?.fields['email']?.validator).toBe(email)
  })

  test('keeps compiled names out of reach of prototypes', () => {
    const schema = defineSchema({ models: { production } })

    for (const record of [
      schema.models,
      schema.byChannel,
      schema.byPath,
      schema.relations,
      schema.models['production']?.fields,
    ]) {
      expect(Object.getPrototypeOf(record)).toBeNull()
    }
  })

  test('refuses at compile time what would be a mistake', () => {
    // @ts-expect-error: only numbers count
    text().onConflict('counter')
    // @ts-expect-error: only arrays are sets
    integer().onConflict('set')
    // @ts-expect-error: a default has the type of its field
    integer().default('1')
    // @ts-expect-error: not one of the values
    oneOf('a', 'b').default('c')
    // @ts-expect-error: references stand alone
    array(reference('camera'))
    // @ts-expect-error: a validator of text judges text
    text().validate(v.number())
    expect(true).toBe(true)
  })
})

describe('mistakes are named, with the nearest right name', () => {
  test.each<[string, unknown, string]>([
    [
      'an unknown model in a reference',
      { models: { production, camera: model('cameras', { productionId: reference('prodution') }) } },
      'Field `productionId` of model `camera` refers to `prodution`, which is not a model. Did you mean `production`?',
    ],
    [
      'a reference without Id',
      { models: { production, camera: model('cameras', { production: reference('production') }) } },
      'Field `production` of model `camera` is a reference, so its name ends in `Id`: `productionId`, which also gives the relation `production`. A column of another name is given with .column(…).',
    ],
    [
      'an unknown root',
      { models: { production, camera }, rooms: { productions: room({ camera: 'productionId' }) } },
      'Room `productions` is not a model. Did you mean `production`?',
    ],
    [
      'an unknown member',
      { models: { production, camera }, rooms: { production: room({ cameras: 'productionId' }) } },
      'Room `production` has member `cameras`, which is not a model. Did you mean `camera`?',
    ],
    [
      'an unknown step of a path',
      { models: { production, camera, photo }, rooms: { production: room({ photo: 'camera.prodctionId' }) } },
      'Room `production` has member `photo` by `camera.prodctionId`, but model `camera` has no reference `prodctionId`. Did you mean `productionId`?',
    ],
    [
      'a step that is no reference',
      { models: { production, camera }, rooms: { production: room({ camera: 'name' }) } },
      'Room `production` has member `camera` by `name`, but `name` of model `camera` is text, not a reference. Its references are: `productionId`.',
    ],
    [
      'a path that ends elsewhere',
      { models: { production, camera, photo }, rooms: { production: room({ photo: 'cameraId' }) } },
      'Room `production` has member `photo` by `cameraId`, which leads to `camera`. Lead it on to `production`: its last step is a reference to the room.',
    ],
    [
      'a circular path',
      {
        models: {
          production,
          folder: model('folders', { parentId: reference('folder'), productionId: reference('production') }),
        },
        rooms: { production: room({ folder: 'parent.productionId' }) },
      },
      'Room `production` has member `folder` by `parent.productionId`, which comes back to `folder`: a path cannot be circular.',
    ],
    [
      'a long path whose way is no member',
      {
        models: { production, camera, photo, tag: model('tags', { photoId: reference('photo') }) },
        rooms: { production: room({ camera: 'productionId', tag: 'photo.camera.production' }) },
      },
      "Room `production` has member `tag` by a path through `photo`, which is not a member by the rest of that path. Add `photo: 'cameraId.productionId'` to the room.",
    ],
    [
      'the root as a member of itself',
      {
        models: { production: model('productions', { productionId: reference('production') }) },
        rooms: { production: room({ production: 'productionId' }) },
      },
      'Room `production` has member `production`, which is the room itself. Leave it out: the root record always belongs to its room.',
    ],
    [
      'two models of one table',
      { models: { production, show: model('productions', { name: text() }) } },
      'Models `production` and `show` have the same table `productions`. A table has one model.',
    ],
    [
      'two tables with one path',
      { models: { production, show: model('crm.productions', { name: text() }) } },
      'Models `production` and `show` have the same path `productions`. A table has one model.',
    ],
    [
      'a field named id',
      { models: { camera: model('cameras', { id: uuid() }) } },
      "Field `id` of model `camera` is reserved: every record has an id. Give its type as an option of the model: { id: 'uuid' }.",
    ],
    [
      'a field named version',
      { models: { camera: model('cameras', { version: integer() }) } },
      'Field `version` of model `camera` is reserved: Syncline keeps it for every record. Choose another name; a column of that name is given with .column(…).',
    ],
    [
      'a field named field_versions',
      { models: { camera: model('cameras', { field_versions: json() }) } },
      'Field `field_versions` of model `camera` is reserved: Syncline keeps it for every record. Choose another name; a column of that name is given with .column(…).',
    ],
    [
      'snake_case',
      { models: { camera: model('cameras', { production_id: text() }) } },
      'Field `production_id` of model `camera` is not in camelCase. Write `productionId`: the database has it in snake_case.',
    ],
    [
      'a model in snake_case',
      { models: { account_user: model('account_users', { name: text() }) } },
      'Model `account_user` is not in camelCase. Write `accountUser`: the database has it in snake_case.',
    ],
    [
      'a name of every object',
      { models: { camera: model('cameras', { constructor: text() }) } },
      'Field `constructor` of model `camera` has a name that every JavaScript object uses for itself. Choose another.',
    ],
    [
      'two fields in one column',
      { models: { camera: model('cameras', { name: text(), title: text().column('name') }) } },
      'Model `camera` has field `title` in column `name`, which holds field `name`. Rename one, or give its column with .column(…).',
    ],
    [
      'a field in the column of versions',
      { models: { camera: model('cameras', { revision: integer() }, { versionColumn: 'revision' }) } },
      'Model `camera` has field `revision` in column `revision`, which holds its version. Rename one, or give its column with .column(…).',
    ],
    [
      "a field in a room's column",
      { models: { camera: model('cameras', { syncRoom: text() }) } },
      'Model `camera` has field `syncRoom` in column `sync_room`, which Syncline keeps for rooms. Rename it.',
    ],
    [
      'a counter that is text',
      { models: { camera: model('cameras', { name: text().onConflict('counter' as never) }) } },
      'Field `name` of model `camera` has the policy `counter`, but is text. Only integer, bigint, number and decimal count.',
    ],
    [
      'a set that is no array',
      { models: { camera: model('cameras', { name: text().onConflict('set' as never) }) } },
      "Field `name` of model `camera` has the policy `set`, but is text. Only arrays are sets: array(text()).onConflict('set').",
    ],
    [
      'a counter that is an array',
      { models: { camera: model('cameras', { zooms: array(integer()).onConflict('counter' as never) }) } },
      'Field `zooms` of model `camera` has the policy `counter`, but is an array of integer. Only integer, bigint, number and decimal count.',
    ],
    [
      'an unknown policy',
      { models: { camera: model('cameras', { name: text().onConflict('overwrit' as never) }) } },
      'Field `name` of model `camera` has the policy "overwrit", which does not exist. Did you mean `overwrite`?',
    ],
    [
      'a default of another type',
      { models: { camera: model('cameras', { zoom: integer().default('3' as never) }) } },
      'Field `zoom` of model `camera` has a default that is "3". Write a whole number of 32 bits.',
    ],
    [
      'a default that its validator refuses',
      {
        models: {
          camera: model('cameras', {
            name: text()
              .validate(v.pipe(v.string(), v.minLength(3, 'too short')))
              .default('x'),
          }),
        },
      },
      'Field `name` of model `camera` has a default that is refused by its validator: too short',
    ],
    [
      'a value given twice',
      { models: { camera: model('cameras', { state: oneOf('on', 'off', 'on') }) } },
      'Field `state` of model `camera` has the value `on` twice. Write it once.',
    ],
    [
      'settings on the elements of an array',
      { models: { camera: model('cameras', { names: array(text().nullable() as never) }) } },
      'Field `names` of model `camera` has settings on its elements. Put nullable, default, validate, column and onConflict on the array: array(text()).nullable().',
    ],
    [
      'an array of arrays',
      { models: { camera: model('cameras', { names: array(array(text()) as never) }) } },
      'Field `names` of model `camera` is an array of arrays. Use json() for nested lists.',
    ],
    [
      'something that is no field',
      { models: { camera: model('cameras', { name: 'text' as never }) } },
      'Field `name` of model `camera` is not a field. Write a kind, such as text() or integer().',
    ],
    [
      'a validator that is none',
      {
        models: { camera: model('cameras', { name: text().validate(((value: string) => value) as never) }) },
      },
      'Field `name` of model `camera` has a validator that is not a Standard Schema.',
    ],
    [
      'a table without a name',
      { models: { camera: model('', { name: text() }) } },
      "Model `camera` has the table \"\". Write its name as the database has it: 'account_users', or 'crm.account_users' with its schema.",
    ],
    [
      'a table name that is too long',
      { models: { camera: model('c'.repeat(64), { name: text() }) } },
      `Model \`camera\` has the table "${'c'.repeat(64)}".`,
    ],
    [
      'an unknown option',
      { models: { camera: model('cameras', { name: text() }, { share: true } as never) } },
      'Model `camera` has the option `share`, which does not exist. Did you mean `shared`?',
    ],
    [
      'obfuscated ids of text',
      { models: { camera: model('cameras', { name: text() }, { ids: 'obfuscated', id: 'uuid' }) } },
      'Model `camera` has obfuscated ids of type uuid. Only integer and bigint ids can be obfuscated; uuid ids reveal no count anyway.',
    ],
    [
      'an unknown id type',
      { models: { camera: model('cameras', { name: text() }, { id: 'int' as never }) } },
      'Model `camera` has ids of type "int". The types of ids are: `text`, `uuid`, `integer`, `bigint`.',
    ],
    [
      'an unknown relation to mark',
      {
        models: {
          production,
          camera: model(
            'cameras',
            { productionId: reference('production') },
            { broadcastsTo: ['productions'] },
          ),
        },
      },
      'Model `camera` has `productions` in broadcastsTo, which is not one of its relations. Did you mean `production`?',
    ],
    [
      'a prop of an unknown field',
      {
        models: {
          camera: model(
            'cameras',
            { name: text() },
            { refreshes: { single: { prop: 'camera', when: ['nme'] } } },
          ),
        },
      },
      'Model `camera` refreshes `camera` when `nme` changes, which is not one of its fields. Did you mean `name`?',
    ],
    [
      'a relation of an unknown model',
      { models: { production, camera }, relations: { production: { cameras: hasMany('cameras') } } },
      'Relation `cameras` of model `production` names `cameras`, which is not a model. Did you mean `camera`?',
    ],
    [
      'a relation without a reference',
      { models: { production, camera }, relations: { camera: { productions: hasMany('production') } } },
      "Relation `productions` of model `camera` needs a reference of model `production` to `camera`, and there is none. Add `cameraId: reference('camera')` to it.",
    ],
    [
      'a relation by one of two references',
      {
        models: {
          production,
          camera: model('cameras', {
            productionId: reference('production'),
            backupId: reference('production'),
          }),
        },
        relations: { production: { cameras: hasMany('camera') } },
      },
      "Relation `cameras` of model `production` can go by `productionId`, `backupId` of model `camera`. Say which: { by: 'productionId' }.",
    ],
    [
      'a relation that a reference gives already',
      { models: { production, camera }, relations: { camera: { production: hasOne('production') } } },
      'Relation `production` of model `camera` is already given by the reference `productionId`. Remove the declaration or choose another name.',
    ],
    [
      'a version that is no number',
      { version: 0, models: { production } },
      'The schema has version 0. Write a whole number from 1.',
    ],
    ['no models', { models: {} }, 'The schema has no models.'],
    [
      'an unknown part',
      { models: { production }, room: {} },
      'The schema has `room`, which does not exist. Did you mean `rooms`?',
    ],
  ])('%s', (_, written, expected) => {
    expect(mistakesOf(written)).toEqual([expect.stringContaining(expected)])
  })

  test('`__proto__` as a model or field is named like any other', () => {
    const models = JSON.parse('{"__proto__": {"table": "t", "fields": {}, "options": {}}}')
    const fields = JSON.parse('{"__proto__": {}}')

    expect(mistakesOf({ models: { production, ...Object.fromEntries(Object.entries(models)) } })).toEqual([
      'Model `__proto__` has a name that every JavaScript object uses for itself. Choose another.',
    ])
    expect(mistakesOf({ models: { camera: model('cameras', fields) } })).toEqual([
      'Field `__proto__` of model `camera` has a name that every JavaScript object uses for itself. Choose another.',
    ])
    expect(({} as { table?: string }).table).toBeUndefined()
  })

  test('all of them at once', () => {
    const written = {
      models: {
        production,
        camera: model('camera s"', {
          production_id: reference('x'),
          zoom: text().onConflict('counter' as never),
        }),
      },
      rooms: { prod: room({}) },
    }

    expect(mistakesOf(written)).toHaveLength(4)
    expect(() => defineSchema(written as never)).toThrow(/^The schema has 4 mistakes:\n {2}- Model `camera`/)
  })
})

describe('the hash', () => {
  const hashOf = (models: SchemaDeclaration['models'], rooms: SchemaDeclaration['rooms'] = {}) =>
    defineSchema({ models, rooms }).hash
  const base = hashOf({ production, camera, photo }, { production: room({ camera: 'productionId' }) })
  const withCamera = (fields: Parameters<typeof model>[1]) =>
    hashOf(
      { production, camera: model('cameras', fields), photo },
      { production: room({ camera: 'productionId' }) },
    )

  test('is 16 hex digits, and the same for the same declaration in another order', () => {
    const again = hashOf(
      {
        photo,
        camera: model('cameras', { name: text(), productionId: reference('production') }),
        production,
      },
      { production: room({ camera: 'production' }) },
    )

    expect(base).toMatch(/^[0-9a-f]{16}$/)
    expect(again).toBe(base)
    expect(base).toBe('a700d85f09fdd0b7')
  })

  test('does not change with what only governs writing', () => {
    const name = text().default('x').onConflict('ask').validate(v.string())

    expect(withCamera({ productionId: reference('production'), name })).toBe(base)
    expect(
      defineSchema({
        version: 9,
        models: { production, camera, photo },
        rooms: { production: room({ camera: 'productionId' }) },
      }).hash,
    ).toBe(base)
  })

  test('changes with every field and room path', () => {
    const productionId = reference('production')
    const hashes = [
      base,
      withCamera({ productionId }),
      withCamera({ productionId, name: text(), note: text() }),
      withCamera({ productionId, title: text() }),
      withCamera({ productionId, name: text().nullable() }),
      withCamera({ productionId, name: array(text()) }),
      withCamera({ productionId, name: integer() }),
      withCamera({ productionId, name: oneOf('a') }),
      withCamera({ productionId, name: oneOf('a', 'b') }),
      withCamera({ productionId, name: text().column('title') }),
      hashOf({ production, camera, photo }),
      hashOf(
        { production, camera, photo },
        { production: room({ camera: 'productionId', photo: 'camera.productionId' }) },
      ),
      hashOf(
        { production, camera, photo },
        { production: room({ camera: 'productionId' }), camera: room({ photo: 'cameraId' }) },
      ),
      hashOf(
        { production, camera: model('cams', camera.fields), photo },
        { production: room({ camera: 'productionId' }) },
      ),
      hashOf(
        { production, camera: model('cameras', camera.fields, { id: 'uuid' }), photo },
        { production: room({ camera: 'productionId' }) },
      ),
    ]

    expect(new Set(hashes).size).toBe(hashes.length)
  })
})
