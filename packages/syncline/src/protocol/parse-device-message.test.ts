import { describe, expect, test } from 'vitest'
import { PROTOCOL_VERSION } from './version.ts'
import { parseDeviceMessage } from './parse-device-message.ts'

const json = JSON.stringify
const op = { n: 1, key: 'k1', model: 'camera', id: '7', action: 'update', fields: { name: 'A' }, base: 4 }

const messageOf = (text: string) => {
  const parsed = parseDeviceMessage(text)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.message
}
const errorOf = (text: string) => {
  const parsed = parseDeviceMessage(text)
  if (parsed.ok) throw new Error(`accepted: ${text.slice(0, 200)}`)
  return parsed.error
}
const opsOf = (text: string) => {
  const message = messageOf(text)
  if (message.type !== 'push') throw new Error(message.type)
  return message.ops
}
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

describe('sound messages', () => {
  test.each([
    { type: 'hello', protocol: PROTOCOL_VERSION, device: 'd1', schema: 3 },
    {
      type: 'hello',
      protocol: 1,
      device: 'd1',
      schema: 3,
      token: 'a.b.c',
      pending: { count: 2, oldestMs: 15.5 },
    },
    { type: 'join', channel: 'Production:42' },
    { type: 'join', channel: 'Production:42', want: 'markers', cursor: 'abc', history: true },
    { type: 'leave', channel: 'Production:42' },
    { type: 'leave', channel: 'Production:42', want: 'rows' },
    { type: 'push', ops: [op] },
    { type: 'push', ops: [], read: 7 },
    { type: 'push', ops: [{ n: 2, model: 'camera', id: '7', action: 'delete' }], after: 'k1', read: 0 },
    { type: 'push', ops: [{ n: 2, model: 'camera', id: '7', action: 'call', name: 'reset', args: [1] }] },
    { type: 'resolve', conflict: 'c1', seen: true },
    { type: 'presence', channel: 'Production:42', state: { field: 'name' } },
    { type: 'presence', channel: 'Production:42', state: null },
    { type: 'token', token: 'a.b.c' },
    { type: 'ping' },
    { type: 'ping', pending: { count: 0, oldestMs: 0 } },
  ])('$type is read as it was sent', (message) => {
    expect(messageOf(json(message))).toEqual(message)
  })
})

describe('faults of the envelope change nothing and say fact, value and remedy', () => {
  test.each([
    [
      'not JSON',
      '{"type":"ping"',
      'The message "{\\"type\\":\\"ping\\"" is not JSON. Send one JSON object in a text frame.',
    ],
    ['a list', '[]', 'The message is a list. Send one JSON object with a `type`.'],
    ['null', 'null', 'The message is null. Send one JSON object with a `type`.'],
    [
      'no type',
      '{}',
      'The message has no `type`. Write one of: hello, join, leave, push, resolve, presence, token, ping.',
    ],
    [
      'a near type',
      '{"type":"joim"}',
      'The message has type "joim", which does not exist. Did you mean `join`?',
    ],
    [
      'a type of every object',
      '{"type":"constructor"}',
      'The message has type "constructor", which does not exist. The types are: `hello`, `join`, `leave`, `push`, `resolve`, `presence`, `token`, `ping`.',
    ],
    [
      'a field too few',
      '{"type":"join"}',
      'Field `channel` of message `join` is missing. Write the name of a channel, such as "Production:42".',
    ],
    [
      'another protocol',
      '{"type":"hello","protocol":2,"device":"d","schema":1}',
      'Field `protocol` of message `hello` is 2. Write the protocol version, 1.',
    ],
    [
      'a wrong type',
      '{"type":"push","ops":{"n":1}}',
      'Field `ops` of message `push` is an object. Write the ops in order of n, without gaps.',
    ],
    [
      'an op without a number',
      '{"type":"push","ops":[{"model":"camera"}]}',
      'Field `ops[0]` of message `push` is an object. Write an object with `n`, a whole number from 1.',
    ],
    [
      'text that cannot be stored',
      '{"type":"token","token":"a\\u0000b"}',
      'Field `token` of message `token` is "a�b". Write a fresh token of the same user.',
    ],
  ])('%s', (_, text, message) => {
    expect(errorOf(text)).toMatchObject({ code: 'invalid_message', message })
  })

  test.each([
    [
      'a field too many',
      '{"type":"join","channel":"Production:42","wants":"rows"}',
      'Field `wants` is not part of message `join`. Did you mean `want`?',
    ],
    [
      'a nested field too many',
      '{"type":"ping","pending":{"count":1,"oldestMs":1,"oldest":2}}',
      'Field `pending.oldest` is not part of message `ping`. Did you mean `oldestMs`?',
    ],
  ])('%s', (_, text, message) => {
    expect(errorOf(text)).toMatchObject({ code: 'unknown_field', message })
  })

  test('an op whose number is no whole number from 1', () => {
    for (const n of [0, -1, 1.5, '1', null, 2 ** 53, [1]]) {
      expect(errorOf(json({ type: 'push', ops: [op, { ...op, n }] })).message).toContain('`ops[1]`')
    }
  })

  test('an error names the channel of its message', () => {
    expect(errorOf('{"type":"join","channel":"Production:42","cursor":5}').channel).toBe('Production:42')
  })

  test('an error echoes neither a long channel nor control characters', () => {
    expect(errorOf(json({ type: 'join', channel: 'x'.repeat(5000) })).channel).toBeUndefined()
    expect(errorOf(json({ type: '\u001b[31m\r\nlog: forged' })).message).not.toMatch(/\p{Cc}/u)
    expect(errorOf(`{"type":"ping","${'x'.repeat(100_000)}":1}`).message.length).toBeLessThan(1000)
  })

  test('a message over 1 MiB, counted in bytes', () => {
    const euros = '€'.repeat(400_000)

    expect(errorOf(`{"type":"token","token":"${'x'.repeat(1_048_576)}"}`).code).toBe('too_large')
    expect(errorOf(`{"type":"token","token":"${euros}"}`).code).toBe('too_large')
    expect(errorOf(`{"type":"token","token":"${euros.slice(0, 300_000)}"}`).code).toBe('invalid_message')
  })

  test('a push with more ops than are read at once', () => {
    const ops = Array.from({ length: 10_001 }, (_, index) => ({ n: index + 1 }))

    expect(errorOf(json({ type: 'push', ops }))).toEqual({
      code: 'too_large',
      message: 'The push holds 10001 ops. At most 10000 are read at once; send it in parts.',
    })
  })

  test('a message over 64 levels deep', () => {
    expect(messageOf(`{"type":"presence","channel":"Production:42","state":{"a":${nested(62)}}}`).type).toBe(
      'presence',
    )
    for (const depth of [63, 100, 1000, 10_000, 500_000]) {
      const error = errorOf(`{"type":"presence","channel":"Production:42","state":{"a":${nested(depth)}}}`)
      expect(error.code).toBe('invalid_message')
      expect(error.message).toMatch(/nested .* levels deep/)
    }
  })

  test.each([
    ['at the top', '{"type":"ping","type":"ping"}', 'type'],
    ['spelled with an escape', '{"type":"token","token":"a","\\u0074oken":"b"}', 'token'],
    ['with spaces before the colon', '{"type":"token","token" \n:"a","token":"b"}', 'token'],
    ['deeper', '{"type":"ping","pending":{"count":1,"count":2,"oldestMs":0}}', 'count'],
    ['the ops themselves', `{"type":"push","ops":[${json(op)}],"ops":[]}`, 'ops'],
    ["an op's number", '{"type":"push","ops":[{"n":1,"model":"camera","n":2}]}', 'n'],
    [
      "an op's number, after another key",
      '{"type":"push","ops":[{"n":1,"fields":{"a":1,"a":2},"n":2}]}',
      'n',
    ],
  ])('a repeated key %s', (_, text, key) => {
    expect(errorOf(text).message).toBe(
      `The message names \`${key}\` twice in one object. Write it once: programs disagree on which one counts.`,
    )
  })

  test('the key `__proto__`, however it is spelled', () => {
    for (const key of ['__proto__', '\\u005f_proto__', '__prot\\u006f__']) {
      expect(
        errorOf(`{"type":"presence","channel":"P:1","state":{"${key}":{"polluted":true}}}`).message,
      ).toContain('__proto__')
      expect(errorOf(`{"type":"ping","${key}":{"polluted":true}}`).message).toContain('__proto__')
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

describe('W3, W4: a fault inside an op is that op’s, with its number, and leaves the others sound', () => {
  const faultOf = (raw: string) => {
    const [first, second] = opsOf(`{"type":"push","ops":[${raw},${json({ ...op, n: 2 })}]}`)
    expect(second).toEqual({ ...op, n: 2 })
    return first?.fault
  }

  test.each([
    [
      'no model',
      { n: 1, id: '7', action: 'update', fields: {} },
      'Field `model` of op 1 is missing. Write the name of a model in camelCase.',
    ],
    ['an id that is a number', { ...op, id: 7 }, "Field `id` of op 1 is 7. Write the record's id, as text."],
    [
      'an unknown action',
      { ...op, action: 'upsert' },
      'Field `action` of op 1 is "upsert". Write "create", "update", "delete" or "call".',
    ],
    ['fields that are a list', { ...op, fields: [] }, /^Field `fields` of op 1 is a list\. Write an object/],
    [
      'a base below 0',
      { ...op, base: -1 },
      'Field `base` of op 1 is -1. Write the record version that its author saw.',
    ],
    [
      'a fractional transaction',
      { ...op, tx: 1.5 },
      "Field `tx` of op 1 is 1.5. Write the n of its transaction's last op.",
    ],
    [
      'an update without fields',
      { n: 1, model: 'camera', id: '7', action: 'update' },
      'Op 1 is a update without `fields`. Write the fields that it sets.',
    ],
    ['a delete with fields', { ...op, action: 'delete' }, 'Op 1 is a delete with `fields`. Leave them out.'],
    [
      'a call without a name',
      { n: 1, model: 'camera', id: '7', action: 'call' },
      'Op 1 is a call without `name`. Write the name of a server function.',
    ],
    [
      'an update with a name',
      { ...op, name: 'reset' },
      'Op 1 is a update with `name` or `args`, which belong to a call. Leave them out.',
    ],
  ])('%s', (_, raw, message) => {
    const fault = faultOf(json(raw))

    expect(fault?.code).toBe('invalid_value')
    if (typeof message === 'string') expect(fault?.message).toBe(message)
    else expect(fault?.message).toMatch(message)
  })

  test('an unknown property', () => {
    expect(faultOf(json({ ...op, feilds: {} }))).toEqual({
      code: 'unknown_field',
      message: 'Field `feilds` is not part of op 1. Did you mean `fields`?',
    })
  })

  test('a repeated key, `__proto__`, and too many levels', () => {
    const start = '{"n":1,"model":"camera","id":"7","action":"update","fields":'

    expect(faultOf(`${start}{"name":"A","name":"B"}}`)?.message).toContain('Op 1 names `name` twice')
    expect(faultOf(`${start}{"__proto__":{"a":1}}}`)?.message).toContain('Op 1 has the key `__proto__`')
    expect(faultOf(`${start}{"meta":${nested(65)}}}`)?.message).toContain('Op 1 is nested more than')
    expect(faultOf(`${start}{"meta":${nested(64)}}}`)).toBeUndefined()
  })

  test('what is sound of an op stays, so that its rejection can name its record', () => {
    const [first] = opsOf(json({ type: 'push', ops: [{ ...op, tx: 3, base: 'x' }] }))

    expect(first).toMatchObject({ n: 1, key: 'k1', tx: 3, model: 'camera', id: '7', action: 'update' })
  })
})
