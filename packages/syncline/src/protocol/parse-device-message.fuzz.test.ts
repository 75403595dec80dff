/** Hostile frames: none may throw, change `Object.prototype`, or be accepted as something that it is not. */
import { expect, test } from 'vitest'
import { DEVICE_MESSAGES } from './device-message.ts'
import { MAX_MESSAGE_BYTES } from './limits.ts'
import { parsePullBody, parsePushBody } from './http-bodies.ts'
import { parseDeviceMessage } from './parse-device-message.ts'

const FRAMES = 104_000
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

// mulberry32
let state = seed
function random(): number {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
const below = (limit: number) => Math.floor(random() * limit)
const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'valueOf',
  'n',
  'type',
  'ops',
  'fields',
  'model',
  'id',
  'then',
  '',
  '\\u005f_proto__',
  '0',
  'channel',
]
const VALUES = [
  'null',
  'true',
  '-0',
  '1e400',
  '1E131071',
  '9007199254740993',
  '"\\u0000"',
  '"\\ud800"',
  '"x"',
  '{}',
  '[]',
  '1',
  '-1',
  '0.5',
  '"Production:42"',
  '"\\u2028"',
  'NaN',
  "'x'",
  '"\u0007"',
]
const SOUND = [
  '{"type":"hello","protocol":1,"device":"d1","schema":3,"pending":{"count":2,"oldestMs":15}}',
  '{"type":"join","channel":"Production:42","want":"rows","cursor":"abc"}',
  '{"type":"leave","channel":"Production:42"}',
  '{"type":"push","ops":[{"n":1,"key":"k","model":"camera","id":"7","action":"update","fields":{"name":"A","meta":{"a":[1,{"b":2}]}},"base":4}],"after":"j"}',
  '{"type":"push","ops":[{"n":1,"model":"camera","id":"7","action":"delete"},{"n":2,"model":"camera","id":"8","action":"create","fields":{}}]}',
  '{"type":"resolve","conflict":"c1","seen":true}',
  '{"type":"presence","channel":"Production:42","state":{"field":"name"}}',
  '{"type":"token","token":"abc"}',
  '{"type":"ping"}',
]

const generators: readonly (() => string)[] = [
  function truncated() {
    const text = pick(SOUND)
    return text.slice(below(text.length), below(text.length + 1))
  },
  function mutated() {
    const units = pick(SOUND).split('')
    for (let change = below(4); change >= 0; change--) {
      units[below(units.length)] = pick([
        '"',
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '\\',
        '\u0000',
        '\ud800',
        '0',
        'é',
        ' ',
        '',
        '__proto__',
      ])
    }
    return units.join('')
  },
  function replacedValue() {
    return pick(SOUND).replace(/"[a-zA-Z0-9:]+"|\b\d+\b/g, (old) => (random() < 0.2 ? pick(VALUES) : old))
  },
  function repeatedKey() {
    const text = pick(SOUND)
    const places = [...text.matchAll(/[{,]/g)].map((match) => match.index + 1)
    const place = pick(places)
    return `${text.slice(0, place)}"${pick(NAMES)}":${pick(VALUES)},${text.slice(place)}`
  },
  function prototypeKey() {
    return pick(SOUND).replace(/"(\w+)":/g, (old) => (random() < 0.3 ? `"${pick(NAMES)}":` : old))
  },
  function deep() {
    const depth = pick([2, 5, 10, 63, 64, 65, 68, 69, 100, 999, 1001])
    const open = pick(['[', '{"a":', '[{"__proto__":', '{"ops":['])
    const inner = open.repeat(depth) + pick(['', '1', ']'.repeat(depth)])
    return random() < 0.5 ? inner : `{"type":"push","ops":[{"n":1,"fields":{"a":${inner}}}]}`
  },
  function randomJson() {
    const value = (levels: number): string => {
      if (levels === 0 || random() < 0.3) return pick(VALUES)
      const items = Array.from({ length: below(4) }, () => value(levels - 1))
      return random() < 0.5
        ? `[${items.join(',')}]`
        : `{${items.map((item) => `"${pick(NAMES)}":${item}`).join(',')}}`
    }
    return random() < 0.5
      ? value(4)
      : `{"type":"${pick([...Object.keys(DEVICE_MESSAGES), ...NAMES])}","${pick(NAMES)}":${value(3)}}`
  },
  function noise() {
    return String.fromCharCode(
      ...Array.from({ length: below(60) }, () => below(random() < 0.5 ? 128 : 65_536)),
    )
  },
]

test(`${FRAMES.toLocaleString('en-US')} hostile frames (seed ${seed}): no throw, no pollution, no repeated key accepted`, () => {
  const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))
  let accepted = 0

  for (let frame = 0; frame < FRAMES; frame++) {
    const text = (generators[frame % generators.length] as () => string)()
    const parsed = parseDeviceMessage(text)
    if (frame % 8 === 0) {
      parsePushBody(text)
      parsePullBody(text)
    }
    if (!parsed.ok) {
      if (parsed.error.message.length > 1000)
        throw new Error(`A message of ${parsed.error.message.length} characters for ${text.slice(0, 200)}`)
      continue
    }
    accepted++
    if (!Object.hasOwn(DEVICE_MESSAGES, parsed.message.type)) throw new Error(`Accepted ${text}`)
    // What was accepted says the same when it is written again: nothing was dropped or doubled.
    const written = JSON.stringify(parsed.message)
    if (parsed.message.type !== 'push' && written.length !== JSON.stringify(JSON.parse(text)).length)
      throw new Error(`Accepted ${text} as ${written}`)
  }

  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(before)
  expect(Object.keys({})).toEqual([])
  expect(accepted).toBeGreaterThan(FRAMES / 100)
}, 240_000)

test('frames at and over the size limit are answered quickly, whatever they hold', () => {
  const fill = (unit: string) => unit.repeat(Math.floor((MAX_MESSAGE_BYTES - 100) / unit.length))
  const frames = [
    fill('['),
    fill('{"a":'),
    `{"type":"push","ops":[${fill('{"n":1,"n":1},')}{"n":1}]}`,
    `{"type":"push","ops":[${fill('{"n":1},')}{"n":1}]}`,
    `{"type":"push","ops":[${fill('{"n":1,"a":1,"a":1},')}{"n":1}]}`,
    `{"type":"push","ops":[${fill('{"n":1,"__proto__":1},')}{"n":1}]}`,
    `{"${fill('a')}":1}`,
    `"${fill('\\u0000')}"`,
    `{"type":"${fill('x')}"}`,
    `{"type":"join","channel":"${fill('x')}"}`,
    `[${fill('1e9,')}1]`,
    `{"type":"ping"${fill(' ')}}`,
    'x'.repeat(MAX_MESSAGE_BYTES * 4),
  ]

  for (const text of frames) {
    const began = process.cpuUsage()
    parseDeviceMessage(text)
    const { user, system } = process.cpuUsage(began)
    // Processor time, not the clock's: what must not happen is work that grows with the square of the size.
    expect((user + system) / 1000, text.slice(0, 40)).toBeLessThan(2_000)
  }
})
