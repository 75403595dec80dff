/** The body of a REST write: one JSON object of fields, with an id when a create names one. Pure. */
import { SynclineError } from '../../../protocol/errors.ts'
import { offenceText, parseJson } from '../../../protocol/parse-device-message.ts'
import type { Parent } from './target.ts'

export interface RecordBody {
  /** As sent; the writer judges it. */
  readonly id?: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Reads the body; throws a `SynclineError` when it is no object, or its meaning is not certain. */
export function recordBodyOf(text: string): RecordBody {
  const parsed = parseJson(text)
  if ('error' in parsed) throw new SynclineError(parsed.error.code, parsed.error.message)
  const [offence] = parsed.offences
  if (offence) throw new SynclineError('invalid_message', offenceText(offence, 'The body'))
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SynclineError('invalid_message', 'The body is no JSON object. Send { "field": value, … }.')
  }
  const { id, ...fields } = value as Record<string, unknown>
  if (id !== undefined && typeof id !== 'string') {
    throw new SynclineError('invalid_value', 'The `id` is not text. Send it as text, or leave it out.', {
      field: 'id',
    })
  }
  if (id === '') {
    throw new SynclineError('invalid_value', 'The `id` is empty. Send one, or leave it out.', { field: 'id' })
  }
  return { id, fields }
}

/**
 * Fills in the reference to the parent of the path; naming another one is a contradiction, and a record that would need
 * a link to be there is refused.
 */
export function withParent(fields: RecordBody['fields'], parent: Parent | undefined): RecordBody['fields'] {
  if (!parent || parent.belonging.by === 'column') return fields
  if (parent.belonging.by === 'link') {
    const link = parent.belonging.link.name
    throw new SynclineError(
      'invalid_value',
      `A record comes into this collection by a \`${link}\`, so none is created in it. Create the record at its own path, then a \`${link}\` that names both.`,
    )
  }
  const { name } = parent.belonging.field
  if (!Object.hasOwn(fields, name)) return { ...fields, [name]: parent.shownId }
  if (fields[name] === parent.shownId) return fields
  throw new SynclineError(
    'invalid_value',
    `Field \`${name}\` names another record than the path. Leave it out, or use the path of that record.`,
    { field: name },
  )
}
