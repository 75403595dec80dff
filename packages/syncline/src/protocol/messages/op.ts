import * as v from 'valibot'
import { isStorableText } from '../../schema/check-text.ts'
import { MAX_NAME_LENGTH } from '../limits.ts'
import { name, ordinal } from './wire-values.ts'

/** One write that a client intends. */
export const op = v.strictObject({
  n: v.pipe(ordinal, v.description("the device's own number for it, from 1, without gaps")),
  key: v.optional(v.pipe(name, v.description('a random text that tells copied devices apart'))),
  tx: v.optional(v.pipe(ordinal, v.description("the n of its transaction's last op"))),
  model: v.pipe(name, v.description('the name of a model in camelCase')),
  id: v.pipe(name, v.description("the record's id, as text")),
  action: v.pipe(
    v.picklist(['create', 'update', 'delete', 'call']),
    v.description('"create", "update", "delete" or "call"'),
  ),
  fields: v.optional(
    v.pipe(
      v.custom<Readonly<Record<string, unknown>>>(isObject),
      v.description(
        'an object with the fields it writes; a value, or { "$inc": 2 } or { "$add": […], "$remove": […] } where the policy allows',
      ),
    ),
  ),
  name: v.optional(v.pipe(name, v.description('the server function that a call runs'))),
  args: v.optional(v.pipe(v.unknown(), v.description('the arguments of a call, any JSON'))),
  base: v.optional(
    v.pipe(
      v.number(),
      v.safeInteger(),
      v.minValue(0),
      v.description('the record version that its author saw'),
    ),
  ),
  unlessChanged: v.optional(
    v.pipe(v.boolean(), v.description('true to leave alone what others have changed since base')),
  ),
  schema: v.optional(
    v.pipe(ordinal, v.description('the schema version it was written under; by default the one of hello')),
  ),
  at: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => text.length <= MAX_NAME_LENGTH && isStorableText(text)),
      v.description('the time on the device when it was written, for display only'),
    ),
  ),
})

export type Op = v.InferOutput<typeof op>

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
