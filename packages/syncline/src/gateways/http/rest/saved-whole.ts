/**
 * A record that is saved whole, as it was read: what may not be written is in it too.
 *
 *   A1, A3   values are compared only for whoever may read the record, and only with what is there now
 *   A4       a value that is as it was is no write; any other one refuses the whole record
 */
import type { User } from '../../../protocol/user.ts'
import { checkFields } from '../../../schema/check-fields.ts'
import type { Model } from '../../../schema/model.ts'
import type { Core } from '../../../server/core.ts'
import type { Refused } from '../answer.ts'
import { orderedJson } from '../ordered-json.ts'
import { readRecord } from './read-records.ts'
import { RECORD } from './record-sql.ts'

type Fields = Readonly<Record<string, unknown>>

/** What is left to write of an update, and the version that its author saw. */
export interface SavedFields {
  readonly fields: Fields
  readonly base?: number
  /** Why it must be read again: since that version, what may not be written has changed too. */
  readonly outdated?: Refused
}

/** What of these fields is to be written to the record; the writer judges what is left. */
export async function savedFields(
  core: Core,
  user: User,
  model: Model,
  shownId: string,
  sent: Fields,
): Promise<SavedFields> {
  const seen = withoutVersion(model, sent)
  const writable = core.rules.write(model, 'update', user, RECORD)?.fields
  const protectedNames = Object.keys(seen.fields).filter(
    (name) => isPartOf(model, name) && !(writable?.has(name) && mayName(model, name, seen.fields)),
  )
  const id = protectedNames.length === 0 ? null : core.ids.decode(model, shownId)
  const found = id === null ? null : await readRecord(core, user, { model, id })
  if (!found) return seen
  const current = JSON.parse(found.text) as CurrentRecord
  const isAsItWas = (name: string) => orderedJson(seen.fields[name]) === orderedJson(current[name])
  const left = Object.entries(seen.fields).filter(
    ([name]) => !(protectedNames.includes(name) && isAsItWas(name)),
  )
  const changed =
    writable &&
    protectedNames.find((name) => !isAsItWas(name) && hasChangedSince(model, name, current, seen.base))
  return {
    ...seen,
    fields: Object.fromEntries(left),
    ...(changed !== undefined && {
      outdated: outdated(model, changed, current.version, seen.base as number),
    }),
  }
}

/** As it is answered. */
interface CurrentRecord {
  readonly [field: string]: unknown
  readonly version: number
  readonly fieldVersions: Readonly<Record<string, number>>
}

/**
 * Takes the `version` of a record that is saved whole, as it was read, for the version that its author saw: it is not
 * written, and what others have changed since is a conflict.
 */
function withoutVersion(model: Model, fields: Fields): Pick<SavedFields, 'fields' | 'base'> {
  const { version, ...others } = fields
  const isBase =
    !Object.hasOwn(model.fields, 'version') && Number.isSafeInteger(version) && Number(version) > 0
  return isBase ? { fields: others, base: Number(version) } : { fields }
}

function isPartOf(model: Model, name: string): boolean {
  return name === 'version' || name === 'fieldVersions' || Object.hasOwn(model.fields, name)
}

/** False for what no client may write, whatever the rules say. */
function mayName(model: Model, name: string, fields: Fields): boolean {
  const { faults = [] } = checkFields(model, 'update', { [name]: fields[name] })
  return !faults.some(({ code }) => code === 'protected_field')
}

/** Whether it is another than at the version that the author saw. What is stamped changes with the record. */
function hasChangedSince(
  model: Model,
  name: string,
  { version, fieldVersions }: CurrentRecord,
  base: number | undefined,
): boolean {
  if (base === undefined) return false
  const isStamped = !mayName(model, name, { [name]: null })
  return (isStamped ? version : (fieldVersions[name] ?? 1)) > base
}

function outdated({ name }: Model, field: string, version: number, base: number): Refused {
  const message = `The \`${name}\` has version ${version}, not ${base}, and field \`${field}\`, which is not for you to write, has changed with it. Load it again, or leave the field out.`
  return { code: 'changed', message, field, version }
}
