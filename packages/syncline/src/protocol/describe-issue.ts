/** Turns what a schema found into a sentence: fact, value, remedy. */
import * as v from 'valibot'
import { clip, showValue } from '../schema/invalid-value.ts'
import { suggestion } from '../schema/nearest-name.ts'

type ObjectSchema = v.GenericSchema & { readonly entries: Readonly<Record<string, v.GenericSchema>> }

/** Describes an issue of a message's schema; `whole` names the message in the text: "message `join`". */
export function describeIssue(schema: v.GenericSchema, issue: v.BaseIssue<unknown>, whole: string): string {
  const keys = (issue.path ?? []).map((item) => item.key)
  if (keys.length === 0) return `The ${whole} is ${showValue(issue.input)}. Write an object.`
  const place = placeOf(keys)
  const parent = schemaAt(schema, keys.slice(0, -1))
  const holder = parent === undefined ? undefined : unwrapped(parent)
  if (isUnknownField(issue) && holder !== undefined && isObjectSchema(holder)) {
    const known = Object.keys(holder.entries)
    return `Field \`${place}\` is not part of ${whole}.${suggestion(String(keys.at(-1)), known, 'Its fields are')}`
  }
  const entry = schemaAt(schema, keys)
  const words = entry === undefined ? undefined : wordsOf(entry)
  // Descriptions point to other parts of the page that is made of them.
  const remedy = words === undefined ? '' : ` Write ${words.replace(/; see below$/, '')}.`
  if (issue.received === 'undefined') return `Field \`${place}\` of ${whole} is missing.${remedy}`
  return `Field \`${place}\` of ${whole} is ${showValue(issue.input)}.${remedy}`
}

/** Whether the issue is a field that the schema does not know. */
export function isUnknownField(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never'
}

/** What an entry's description says, under `optional` too. */
export function wordsOf(schema: v.GenericSchema): string | undefined {
  const wrapped = 'wrapped' in schema ? (schema.wrapped as v.GenericSchema) : undefined
  return v.getDescription(schema as never) ?? (wrapped === undefined ? undefined : wordsOf(wrapped))
}

function placeOf(keys: readonly unknown[]): string {
  const [first, ...others] = keys
  return clip(
    others.reduce<string>(
      (place, key) => place + (typeof key === 'number' ? `[${key}]` : `.${key}`),
      String(first),
    ),
  )
}

function schemaAt(schema: v.GenericSchema, keys: readonly unknown[]): v.GenericSchema | undefined {
  let current: v.GenericSchema | undefined = unwrapped(schema)
  for (const key of keys) {
    if (current === undefined) return undefined
    const inner: v.GenericSchema = unwrapped(current)
    if ('item' in inner && typeof key === 'number') current = inner.item as v.GenericSchema
    else
      current =
        isObjectSchema(inner) && Object.hasOwn(inner.entries, String(key))
          ? inner.entries[String(key)]
          : undefined
  }
  return current
}

/** The schema under `optional`. */
function unwrapped(schema: v.GenericSchema): v.GenericSchema {
  return 'wrapped' in schema ? unwrapped(schema.wrapped as v.GenericSchema) : schema
}

function isObjectSchema(schema: v.GenericSchema): schema is ObjectSchema {
  return 'entries' in schema
}
