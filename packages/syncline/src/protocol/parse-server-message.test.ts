import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { parseServerMessage } from './parse-server-message.ts'
import type { ServerMessage } from './server-message.ts'
import { SERVER_MESSAGES } from './server-messages.ts'

const change = {
  model: 'camera',
  id: '7',
  action: 'update',
  fields: { name: 'A' },
  version: 6,
  at: '2026-02-12T10:00:00+00:00',
  actor: null,
  source: 'psql',
} as const

const messages: readonly ServerMessage[] = [
  {
    type: 'welcome',
    user: { id: 'ana', name: 'Ana' },
    protocol: 1,
    epoch: 'e',
    lastOp: 0,
    limits: { opsPerPush: 1000 },
    time: '2026-02-12T10:00:00Z',
    debounceMs: 300,
  },
  {
    type: 'rows',
    channel: 'Production:42',
    model: 'camera',
    columns: ['id', 'version', 'fieldVersions', 'name'],
    rows: [['7', 1, {}, 'A']],
    more: false,
    cursor: 'c',
  },
  { type: 'changes', channel: 'Production:42', changes: [change], cursor: 'c' },
  { type: 'changes', channel: 'Production:42', changes: [change], more: true },
  { type: 'joined', channel: 'Production:42', want: 'rows', cursor: 'c', presence: [] },
  { type: 'marker', channel: 'Account:7', action: 'refresh', prop: 'account', cursor: 'c' },
  {
    type: 'ack',
    lastOp: 3,
    lastKey: 'k',
    rejected: [{ n: 2, code: 'constraint', message: 'm', model: 'camera', id: '7' }],
    conflicts: [],
  },
  {
    type: 'conflicts',
    conflicts: [
      {
        id: 'c1',
        model: 'camera',
        record: '7',
        field: 'name',
        mine: 'A',
        theirs: 'B',
        by: null,
        at: 't',
        version: 7,
        outcome: 'won',
      },
    ],
  },
  { type: 'gap', expected: 4 },
  { type: 'presence', channel: 'Production:42', changed: [{ connection: 'x', user: 'ana', state: null }] },
  { type: 'snapshot', channel: 'Production:42', reason: 'pruned' },
  { type: 'gone', channel: 'Production:42', reason: 'forbidden' },
  { type: 'error', code: 'rate_limited', message: 'm', retryAfterMs: 100 },
  { type: 'bye', code: 'restart', reconnect: true, afterMs: 10 },
  { type: 'pong', cursor: 'c' },
]

describe('what a server sends', () => {
  test.each(messages)('$type is read, with fields of a newer version', (message) => {
    const newer = { ...message, brandNew: { a: 1 } }

    expect(parseServerMessage(JSON.stringify(newer))).toEqual(newer)
    expect(v.parse(SERVER_MESSAGES[message.type] as v.GenericSchema, newer)).toEqual(message)
  })

  test('every type has an example', () => {
    expect(new Set(messages.map(({ type }) => type))).toEqual(new Set(Object.keys(SERVER_MESSAGES)))
  })

  test.each([
    '',
    'x',
    '[]',
    'null',
    '5',
    '{}',
    '{"type":5}',
    '{"type":"brand_new"}',
    '{"type":"constructor"}',
    '{"type":"rows","channel":"P:1"}',
  ])('%s is not a message that this version knows', (text) => {
    expect(parseServerMessage(text)).toBeNull()
  })

  test('what the decoder needs, the schemas require', () => {
    for (const message of messages) {
      for (const name of Object.keys(message)) {
        const { [name as keyof ServerMessage]: _, ...without } = message
        const isRead = parseServerMessage(JSON.stringify(without)) !== null
        const isSound = v.safeParse(SERVER_MESSAGES[message.type] as v.GenericSchema, without).success

        if (!isRead) expect(isSound, `${message.type}.${name}`).toBe(false)
      }
    }
  })
})
