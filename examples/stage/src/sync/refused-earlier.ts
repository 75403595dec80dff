/**
 * Writes that were refused when nobody was there to be told: before the page was loaded, or by another window of it.
 *
 *   W3 nothing lost   each is shown with what it contained, and kept until somebody has dealt with it
 */
import type { Client, Observable, ParkedOp } from 'syncline/client'
import type { schema } from '../../schema.ts'
import { contentOf, labelOf, oneOf } from '../entities/words.ts'
import { nameOf } from '../entities/kind.ts'
import type { Crew } from './crew.ts'
import type { Notices } from './notices.ts'
import { reasonFor } from './reason-of.ts'
import type { Refusals } from './refusals.ts'
import type { AnyRow, EditedModel } from './rows.ts'

type StageClient = Client<typeof schema>

interface Told {
  readonly client: StageClient
  readonly crew: Crew
  readonly refusals: Refusals
  readonly notices: Notices
}

/** Shows them as notices; returns the function that ends that. */
export function showRefusedEarlier({ client, crew, refusals, notices }: Told): () => void {
  const show = () => {
    for (const [group, onRemove] of refusals.takeRest()) {
      // Of a transaction the op at fault tells why, and of a text what was written last.
      const told = group.findLast(({ reason }) => reason.code !== 'aborted') ?? group[0]
      const { op } = told
      const [model, fields = {}] = [op.model as EditedModel, op.fields]
      const run = () => crew.addAgain(model, { ...fields, id: op.id })
      notices.add({
        text: describe(client, told),
        kept: contentOf(model, fields),
        action: op.action === 'create' ? { label: 'Try again', run } : undefined,
        onRemove,
      })
    }
  }
  show()
  // Whoever has just written it hears of it first, and takes it over.
  return refusals.subscribe(() => setTimeout(show, 0))
}

/** Says what was refused and why. What the record is called may be known only when its room is there. */
function describe(client: StageClient, { op, reason }: ParkedOp): Observable<string> {
  const [model, fields = {}] = [op.model as EditedModel, op.fields]
  const record = client.record(model, op.id)
  let name = nameIn(fields as AnyRow)
  return {
    get current() {
      if (op.action !== 'create') name = nameIn(record.current as AnyRow | undefined) ?? name
      const what = name ? `“${name}”` : oneOf(model)
      return `${capital(saying(op, what))}. ${reasonFor(reason, op)}`
    },
    subscribe: record.subscribe,
  }
}

function nameIn(row: AnyRow | undefined): string | undefined {
  return row?.['name'] || row?.['label'] ? nameOf(row) : undefined
}

function saying({ action, model, fields = {} }: ParkedOp['op'], what: string): string {
  if (action === 'create') return `${what} was not added`
  if (action === 'delete') return `${what} was not deleted`
  const labels = Object.keys(fields).flatMap((field) => labelOf(model as EditedModel, field) ?? [])
  return `${labels.join(', ') || 'a change'} of ${what} was not saved`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
