/**
 * Reads a frame from a device. Nothing else touches what a stranger sends before it has passed here.
 *
 * Flow: size, one pass over the text (depth, number of keys), `JSON.parse`, keys again (repeated ones, `__proto__`),
 * the message's schema, then each op for itself. A fault of the envelope is an error and changes nothing; a fault
 * inside an op is that op's and becomes its rejection (W3, W4).
 */
import * as v from 'valibot'
import { clip, showValue } from '../schema/invalid-value.ts'
import { suggestion } from '../schema/nearest-name.ts'
import { describeIssue, isUnknownField } from './describe-issue.ts'
import {
  DEVICE_MESSAGES,
  type DeviceMessage,
  type DeviceMessageType,
  deviceSchema,
} from './device-message.ts'
import type { ErrorCode } from './errors.ts'
import { findOffences, type Offence } from './find-offences.ts'
import { MAX_MESSAGE_BYTES, MAX_MESSAGE_DEPTH, MAX_PUSH_OPS } from './limits.ts'
import type { Push } from './messages/push.ts'
import { type ParsedOp, parseOp, rejectedOp } from './parse-op.ts'
import { scanFrame } from './scan-frame.ts'

/** A push whose ops have been read one by one. */
export type ParsedPush = Omit<Push, 'ops'> & { readonly ops: readonly ParsedOp[] }

export type ParsedMessage = Exclude<DeviceMessage, Push> | ParsedPush

/** Why a message was refused; what the `error` message says. */
export interface MessageError {
  readonly code: ErrorCode
  readonly message: string
  readonly channel?: string
  /** Type of the message, where that is known. */
  readonly type?: DeviceMessageType
}

export type ParsedFrame =
  | { readonly ok: true; readonly message: ParsedMessage }
  | { readonly ok: false; readonly error: MessageError }

// Deeper text is not even parsed: nothing sound comes near it.
const HOPELESS_DEPTH = 1000

/** Reads one frame; never throws. */
export function parseDeviceMessage(text: string): ParsedFrame {
  const parsed = parseJson(text, FRAME)
  if ('error' in parsed) return { ok: false, error: parsed.error }
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refused(
      'invalid_message',
      `The message is ${showValue(value)}. Send one JSON object with a \`type\`.`,
    )
  }
  const schema = deviceSchema((value as { readonly type?: unknown }).type)
  if (schema === undefined) return unknownType(value)
  return parseMessage(schema, value, parsed.offences)
}

/** What the text of a frame or a request's body holds, and where it offends. */
export type ParsedJson =
  | { readonly value: unknown; readonly offences: readonly Offence[] }
  | { readonly error: MessageError }

/** What a text came as, in words. */
interface Carrier {
  readonly name: string
  readonly remedy: string
}

const FRAME: Carrier = { name: 'The message', remedy: 'Send one JSON object in a text frame.' }
const BODY: Carrier = { name: 'The body', remedy: 'Send one JSON object.' }

/** Parses JSON from a stranger: bounded size and depth; offences are found, and left to the caller to judge. */
export function parseJson(text: string, { name, remedy }: Carrier = BODY): ParsedJson {
  if (byteLengthExceeds(text, MAX_MESSAGE_BYTES)) {
    return {
      error: {
        code: 'too_large',
        message: `${name} is larger than ${MAX_MESSAGE_BYTES} bytes. Send it in parts.`,
      },
    }
  }
  const { depth, keys } = scanFrame(text)
  if (depth > HOPELESS_DEPTH) {
    return {
      error: {
        code: 'invalid_message',
        message: `${name} is nested ${depth} levels deep. At most ${MAX_MESSAGE_DEPTH} are allowed; flatten it.`,
      },
    }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return {
      error: {
        code: 'invalid_message',
        message: `${name} ${JSON.stringify(clip(text))} is not JSON. ${remedy}`,
      },
    }
  }
  const isClean = depth <= MAX_MESSAGE_DEPTH && soundKeys(value) === keys
  return { value, offences: isClean ? [] : findOffences(text) }
}

/** Counts the members of all objects in a value; -1 when one of them is `__proto__`. */
function soundKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let keys = 0
  if (Array.isArray(value)) {
    for (const item of value) {
      const inner = soundKeys(item)
      if (inner < 0) return -1
      keys += inner
    }
    return keys
  }
  for (const key in value) {
    if (key === '__proto__') return -1
    const inner = soundKeys((value as Record<string, unknown>)[key])
    if (inner < 0) return -1
    keys += inner + 1
  }
  return keys
}

function parseMessage(
  schema: NonNullable<ReturnType<typeof deviceSchema>>,
  value: object,
  offences: readonly Offence[],
): ParsedFrame {
  const { type, channel } = value as { readonly type: DeviceMessageType; readonly channel?: unknown }
  const ofOps = type === 'push' ? offences.filter(isOfOp) : []
  const ofEnvelope = offences.find((offence) => !ofOps.includes(offence))
  if (ofEnvelope !== undefined)
    return refused('invalid_message', offenceText(ofEnvelope, 'The message'), channel, type)
  const result = v.safeParse(schema, value)
  if (!result.success) {
    const [issue] = result.issues
    return refused(codeOf(issue), describeIssue(schema, issue, `message \`${type}\``), channel, type)
  }
  const message = result.output
  if (message.type !== 'push') return { ok: true, message }
  if (message.ops.length > MAX_PUSH_OPS) return refused('too_large', tooManyOps(message.ops.length))
  return { ok: true, message: { ...message, ops: parseOps(message.ops, ofOps) } }
}

/** The code of what a message's or a body's schema found. */
export function codeOf(issue: v.BaseIssue<unknown>): ErrorCode {
  return isUnknownField(issue) ? 'unknown_field' : 'invalid_message'
}

/** Reads the ops of a push; those that offend become rejections. */
export function parseOps(ops: Push['ops'], offences: readonly Offence[]): readonly ParsedOp[] {
  if (offences.length === 0) return ops.map(parseOp)
  const offending = new Map(offences.map((offence) => [offence.path[1], offence]))
  return ops.map((raw, index) => {
    const offence = offending.get(index)
    return offence === undefined
      ? parseOp(raw)
      : rejectedOp(raw, { code: 'invalid_value', message: offenceText(offence, `Op ${raw.n}`) })
  })
}

/** Whether an offence lies inside one op and leaves its number certain. */
export function isOfOp({ path, kind }: Offence): boolean {
  if (path[0] !== 'ops' || typeof path[1] !== 'number' || path.length < 3) return false
  return !(kind === 'repeated' && path.length === 3 && path[2] === 'n')
}

/** What a push with more ops than are read at all is told. */
export function tooManyOps(count: number): string {
  return `The push holds ${count} ops. At most ${MAX_PUSH_OPS} are read at once; send it in parts.`
}

export function offenceText({ kind, path }: Offence, whole: string): string {
  const key = clip(String(path.at(-1)))
  switch (kind) {
    case 'repeated':
      return `${whole} names \`${key}\` twice in one object. Write it once: programs disagree on which one counts.`
    case 'prototype':
      return `${whole} has the key \`__proto__\`, which programs confuse with an object's prototype. Rename it.`
    case 'deep':
      return `${whole} is nested more than ${MAX_MESSAGE_DEPTH} levels deep. Flatten it, or send it as text.`
  }
}

function unknownType(value: object): ParsedFrame {
  const types = Object.keys(DEVICE_MESSAGES)
  if (!Object.hasOwn(value, 'type')) {
    return refused('invalid_message', `The message has no \`type\`. Write one of: ${types.join(', ')}.`)
  }
  const { type } = value as { readonly type: unknown }
  const hint =
    typeof type === 'string'
      ? suggestion(type, types, 'The types are')
      : ` Write one of: ${types.join(', ')}.`
  return refused('invalid_message', `The message has type ${showValue(type)}, which does not exist.${hint}`)
}

const LONGEST_ECHO = 1024

function refused(code: ErrorCode, message: string, channel?: unknown, type?: DeviceMessageType): ParsedFrame {
  const isEchoed = typeof channel === 'string' && channel.length <= LONGEST_ECHO
  return { ok: false, error: { code, message, ...(isEchoed && { channel }), ...(type && { type }) } }
}

/** Whether a text takes more bytes than `most` in UTF-8; counts only when it could be either. */
function byteLengthExceeds(text: string, most: number): boolean {
  if (text.length > most) return true
  return text.length * 3 > most && new TextEncoder().encode(text).length > most
}
