/** Writes `docs/protocol.md` from the messages' schemas. */
import type { GenericSchema } from 'valibot'
import { type Channel, formatChannel } from '../../src/protocol/channel.ts'
import { wordsOf } from '../../src/protocol/describe-issue.ts'
import { DEVICE_MESSAGES } from '../../src/protocol/device-message.ts'
import { pullBody, pushBody } from '../../src/protocol/http-bodies.ts'
import * as limits from '../../src/protocol/limits.ts'
import { change } from '../../src/protocol/messages/change.ts'
import { conflict } from '../../src/protocol/messages/conflict.ts'
import { op } from '../../src/protocol/messages/op.ts'
import { presenceEntry } from '../../src/protocol/messages/presence.ts'
import { rejection } from '../../src/protocol/messages/rejection.ts'
import { SERVER_MESSAGES } from '../../src/protocol/server-messages.ts'
import { PROTOCOL_HISTORY, PROTOCOL_VERSION, SUBPROTOCOL } from '../../src/protocol/version.ts'
import { HTTP_CALLS, WHO } from './http-calls.ts'
import { type Structure, structureOf } from './schema-structure.ts'

type Schemas = Readonly<Record<string, GenericSchema>>

const PARTS: Schemas = {
  Op: op,
  Change: change,
  Rejection: rejection,
  Conflict: conflict,
  Presence: presenceEntry,
}

// What a schema cannot show of itself.
const TYPES: Readonly<Record<string, string>> = {
  'push.ops': 'Op[]',
  'Op.fields': 'object',
  'POST /sync/push.ops': 'Op[]',
  'changes.changes': 'Change[]',
  'joined.presence': 'Presence[]',
  'presence.changed': 'Presence[]',
  'presence.state': 'object or null',
  'Presence.state': 'object or null',
  'ack.rejected': 'Rejection[]',
  'ack.conflicts': 'Conflict[]',
  'conflicts.conflicts': 'Conflict[]',
}

export function protocolPage(): string {
  return [
    '# The protocol',
    '',
    '<!-- Generated from packages/syncline/src/protocol; see CONTRIBUTING.md. Do not edit. -->',
    '',
    `Version ${PROTOCOL_VERSION}. WebSocket \`GET /sync\` with subprotocol \`${SUBPROTOCOL}\`: JSON text frames, one object each, told apart by \`type\`.`,
    'Unknown fields are refused by name in what a device sends and ignored in what a server sends.',
    `A message has at most ${limits.MAX_MESSAGE_BYTES.toLocaleString('en-US')} bytes and ${limits.MAX_MESSAGE_DEPTH} levels (a JSON value in an op has ${limits.MAX_MESSAGE_DEPTH} of its own); repeated keys and the key \`__proto__\` are refused.`,
    'A fault of the envelope is an `error` and changes nothing; a fault inside an op is a rejection with its `n`.',
    'A `leave` ends its subscription at once, a load under way too: no frame of the channel follows, nor an answer still owed to its `join`. Frames sent before may still arrive: a device that joins the channel again on this connection sends a `ping` after the `leave`, and joins after the `pong`.',
    "A conflict is told to every device of both authors: in the `ack` of the op that met it, else in `conflicts`, and again in the `ack` after `welcome` and of a pull until it is resolved. It carries what another wrote only while its reader may see the record (or could when it was deleted): else `theirs` and `by` are null in what an op of the reader's met, and what others did to values of the reader's waits until the right is back.",
    '',
    ...channels(),
    ...section('Device to server', DEVICE_MESSAGES),
    ...section('Server to device', SERVER_MESSAGES),
    ...section('Parts', PARTS),
    ...httpCalls(),
    ...section('HTTP bodies', { 'POST /sync/push': pushBody, 'POST /sync/pull': pullBody }),
    '## History',
    '',
    '| version | change |',
    '|---|---|',
    ...PROTOCOL_HISTORY.map(({ protocol, change: said }) => `| ${protocol} | ${said} |`),
    '',
  ].join('\n')
}

function channels(): string[] {
  const name = (channel: Channel) => `\`${formatChannel(channel)}\``
  const room = (id: string) => name({ form: 'room', model: 'Production', id })
  const rows = [
    [room('42'), 'a room: the root record and all that belongs to it'],
    [name({ form: 'mine', model: 'Production' }), 'the root records that the user may read'],
    [name({ form: 'all', model: 'Lens' }), 'every record of a shared model'],
    [
      name({ form: 'collection', model: 'Account', id: '7', collection: 'account_users' }),
      'the records of a relation or a table that belong to one record',
    ],
    [name({ form: 'room', model: 'User', id: '5' }), "a user's own devices"],
  ]
  return [
    '## Channels',
    '',
    "The model's name in PascalCase, a `:`, then:",
    '',
    '| channel | is |',
    '|---|---|',
    ...rows.map(([channel, is]) => `| ${channel} | ${is} |`),
    '',
    `A name is split at its first \`:\`, and an id in it is percent-encoded as \`encodeURIComponent\` does: \`a b/c\` is ${room('a b/c')}. As \`all\` and \`mine\` are lists, a record that has one of them for its id is written ${room('all')} or ${room('mine')}, on every wire. An id that is encoded otherwise is \`not_found\`.`,
    '',
  ]
}

function httpCalls(): string[] {
  return [
    '## HTTP calls',
    '',
    'Beside the socket: `Authorization: Bearer …`, or a cookie from a page of an allowed origin; operators send the token of `createSync({ operatorToken })`. `/sync` is `basePath` and `/api` is `apiPath` of `createSync`; a table is written in kebab-case, a `PATCH` is a `PUT`, a `HEAD` a `GET`. A parameter that stands twice in an address is refused, as a repeated key in a body is. Every other path is `not_found`. `GET /sync` and `GET /cable` are the sockets.',
    '',
    '| call | for | does |',
    '|---|---|---|',
    ...HTTP_CALLS.map(({ call, who, does }) => `| \`${call}\` | ${WHO[who]} | ${does} |`),
    '',
  ]
}

function section(title: string, schemas: Schemas): string[] {
  return [`## ${title}`, '', ...Object.entries(schemas).flatMap(([name, schema]) => message(name, schema))]
}

function message(name: string, schema: GenericSchema): string[] {
  const { entries = {} } = structureOf(schema)
  const inner = (schema as unknown as { readonly entries: Schemas }).entries
  const rows = Object.entries(entries)
    .filter(([field]) => field !== 'type')
    .map(([field, entry]) => {
      const words = wordsOf(inner[field] as GenericSchema) ?? ''
      return `| \`${field}\`${entry.optional ? '?' : ''} | ${TYPES[`${name}.${field}`] ?? typeText(entry)} | ${words} |`
    })
  const table = rows.length === 0 ? ['No fields.'] : ['| field | type | |', '|---|---|---|', ...rows]
  return [`### \`${name}\``, '', ...table, '']
}

function typeText(structure: Structure): string {
  const text = bareTypeText(structure)
  return structure.nullable ? `${text} or null` : text
}

function bareTypeText(structure: Structure): string {
  switch (structure.type) {
    case 'literal':
      return `\`${JSON.stringify(structure.literal)}\``
    case 'picklist':
      return (structure.options ?? []).map((option) => `\`${JSON.stringify(option)}\``).join(' or ')
    case 'string':
      return 'text'
    case 'number':
      return structure.checks?.some(([check]) => check === 'safe_integer') ? 'integer' : 'number'
    case 'array':
      return `${structure.item ? typeText(structure.item) : 'any'}[]`
    case 'unknown':
      return 'any JSON'
    case 'strict_object':
    case 'object':
      return `{ ${Object.entries(structure.entries ?? {})
        .map(([name, entry]) => `${name}${entry.optional ? '?' : ''}: ${typeText(entry)}`)
        .join(', ')} }`
    case 'record':
      return 'object'
    default:
      return structure.type
  }
}
