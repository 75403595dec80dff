/** Kinds of values that messages are made of. */
import * as v from 'valibot'
import { isStorableText } from '../../schema/check-text.ts'
import { MAX_CHANNEL_LENGTH, MAX_NAME_LENGTH, MAX_TOKEN_LENGTH } from '../limits.ts'

const textUpTo = (length: number) =>
  v.pipe(
    v.string(),
    v.check((text) => text !== '' && text.length <= length && isStorableText(text)),
  )

/** A short text that the server stores or compares: a device, a key. */
export const name = textUpTo(MAX_NAME_LENGTH)

export const channelName = textUpTo(MAX_CHANNEL_LENGTH)

export const tokenText = textUpTo(MAX_TOKEN_LENGTH)

/** A cursor; how long one is, is the server's matter, within the size of a message. */
export const cursorText = v.pipe(v.string(), v.nonEmpty())

/** 0, 1, 2, … */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** 1, 2, 3, … */
export const ordinal = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
