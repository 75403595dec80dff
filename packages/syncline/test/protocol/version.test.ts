import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { DEVICE_MESSAGES } from '../../src/protocol/device-message.ts'
import { pullBody, pushBody } from '../../src/protocol/http-bodies.ts'
import { op } from '../../src/protocol/messages/op.ts'
import { SERVER_MESSAGES } from '../../src/protocol/server-messages.ts'
import { PROTOCOL_HISTORY, PROTOCOL_VERSION } from '../../src/protocol/version.ts'
import { structureOf } from './schema-structure.ts'

test('a change of any message has a line in the history of the protocol', () => {
  const messages = {
    device: DEVICE_MESSAGES,
    op: { op },
    http: { pushBody, pullBody },
    server: SERVER_MESSAGES,
  }
  const structures = Object.entries(messages).map(([side, schemas]) => [
    side,
    Object.entries(schemas).map(([name, schema]) => [name, structureOf(schema)]),
  ])

  const hash = createHash('sha256').update(JSON.stringify(structures)).digest('hex').slice(0, 16)

  const newest = PROTOCOL_HISTORY.at(-1)
  expect(newest?.protocol).toBe(PROTOCOL_VERSION)
  expect(
    newest?.hash,
    `The messages have changed. Add a line with hash '${hash}' to PROTOCOL_HISTORY, and a test of what an older side does with the change.`,
  ).toBe(hash)
})
