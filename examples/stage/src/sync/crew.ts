/**
 * What the page writes, for records of every kind, and what became of it.
 *
 *   K2 honest         a write counts as done when the server has committed it
 *   W3 nothing lost   a refused write is told with its reason, and what it contained is kept
 */
import type { Client, Submission } from 'syncline/client'
import type { schema } from '../../schema.ts'
import { nameOf } from '../entities/kind.ts'
import { contentOf } from '../entities/words.ts'
import { serverNow } from '../server-clock.ts'
import type { Notices } from './notices.ts'
import { OnlyHere } from './only-here.ts'
import { type Edited, OwnEdits } from './own-edits.ts'
import { reasonOf, type Written } from './reason-of.ts'
import { type Outcome, reasonIn, type Refusal, type Refusals, type Refused, settle } from './refusals.ts'
import { type Placed, reorder } from './reorder.ts'
import type { AnyRow, EditedModel } from './rows.ts'

export type { Outcome }

type Fields = Readonly<Record<string, unknown>>

/** Writers of a model of which only the name is known. */
interface AnyMutators {
  create(row: Fields): Submission & { readonly id: string }
  update(id: string, changes: Fields): Submission
  delete(id: string): Submission
}

/** What a notice says of a write that was refused. */
interface Told {
  readonly what: string
  /** What was written. */
  readonly kept?: string | undefined
  /** Id of the record that was to come back. */
  readonly record?: string
  again?(): void
}

/** How long a deletion can be taken back, in ms. */
const UNDO_MS = 10_000

export class Crew {
  readonly #client: Client<typeof schema>
  readonly #notices: Notices
  readonly #refusals: Refusals
  readonly edits = new OwnEdits()
  readonly onlyHere = new OnlyHere()

  constructor(client: Client<typeof schema>, notices: Notices, refusals: Refusals) {
    this.#client = client
    this.#notices = notices
    this.#refusals = refusals
  }

  /** Changes fields of a record. */
  update(model: EditedModel, id: string, changes: Fields): Outcome {
    return this.#outcome({ model, fields: changes }, () => this.#edit(model, id, changes))
  }

  /** Changes a record's fields where there is no field that could keep a refused value: a refusal becomes a notice. */
  change(model: EditedModel, id: string, changes: Fields, what: string): void {
    void this.#report(model, { what }, () => this.#edit(model, id, changes))
  }

  /** Adds a record; returns its id. */
  add(model: EditedModel, row: Fields, name: string): string | undefined {
    return this.#create(model, row, { what: `“${name}” was not added.` })
  }

  /** Adds a record that was refused, once more. */
  addAgain(model: EditedModel, row: AnyRow): void {
    this.add(model, row, nameOf(row))
  }

  /** Deletes a record, which can be taken back for a while; `effect` says what else that means. */
  remove(model: EditedModel, row: AnyRow, name: string, effect = ''): void {
    // Who changed it last is for the server to say.
    const { lastModifiedBy: _author, updatedAt: _time, ...fields } = row
    const run = () =>
      void this.#create(model, fields, { what: `“${name}” did not come back.`, record: row.id })
    const withdraw = this.#notices.add({
      text: `“${name}” is deleted. ${effect}`.trim(),
      action: { label: 'Undo', record: row.id, run },
      lastsMs: UNDO_MS,
    })
    const deleted = this.#report(model, { what: `“${name}” was not deleted.` }, () =>
      this.#mutators(model).delete(row.id),
    )
    void deleted.then((outcome) => outcome === 'refused' && withdraw())
  }

  /** Deletes a record for good. */
  end(model: EditedModel, id: string, name: string): void {
    void this.#report(model, { what: `“${name}” was not deleted.` }, () => this.#mutators(model).delete(id))
  }

  /** Moves the record at `from` to `to`; `field` holds the order. */
  move(
    model: EditedModel,
    field: 'sortOrder' | 'position',
    list: readonly Placed[],
    from: number,
    to: number,
  ): void {
    const changes = reorder(list, from, to, field === 'position')
    if (changes.length === 0) return
    void this.#report(model, { what: 'The order was not changed.' }, () => {
      const write = this.#client.transaction((tx) => {
        const { update } = tx[model] as unknown as { update(id: string, changes: Fields): void }
        for (const { id, place } of changes) update(id, { [field]: place })
      })
      const moved = changes.map(({ id }) => this.#edited(model, id))
      void this.edits.add(moved, serverNow(), write.confirmed)
      return write
    })
  }

  /** Keeps what was being written in a record that is not there any more. */
  lost(name: string, text: string, refused: Refused): void {
    const isOnlyHere = typeof refused === 'string' && text.trim() !== ''
    const forget = isOnlyHere ? this.onlyHere.add() : undefined
    this.#notices.add({
      text: `What you wrote in “${name}” is not saved. ${reasonIn(refused)}`,
      kept: text,
      onRemove: () => {
        forget?.()
        settle(refused)
      },
    })
  }

  /** A record that is refused is kept, and can be tried again: who may not add it now may be allowed to later. */
  #create(model: EditedModel, row: Fields, told: Pick<Told, 'what' | 'record'>): string | undefined {
    let id: string | undefined
    const run = () => void this.#create(model, { ...row, id }, told)
    void this.#report(model, { ...told, kept: contentOf(model, row), again: run }, () => {
      const write = this.#mutators(model).create(row)
      id = write.id
      void this.edits.add([{ id, productionId: productionOf(row) }], serverNow(), write.confirmed)
      return write
    })
    return id
  }

  #edit(model: EditedModel, id: string, changes: Fields): Submission {
    const write = this.#mutators(model).update(id, changes)
    void this.edits.add([this.#edited(model, id)], serverNow(), write.confirmed)
    return write
  }

  #edited(model: EditedModel, id: string): Edited {
    return { id, productionId: productionOf(this.#client.record(model, id).current as AnyRow | undefined) }
  }

  #mutators(model: EditedModel): AnyMutators {
    return this.#client.mutate[model] as unknown as AnyMutators
  }

  async #report(model: EditedModel, told: Told, write: () => Submission): Promise<'committed' | 'refused'> {
    const refusal = await this.#outcome({ model }, write)
    if (refusal === undefined) return 'committed'
    const { what, kept, record, again } = told
    this.#notices.add({
      text: `${what} ${refusal.reason}`,
      kept,
      action: again && { label: 'Try again', record, run: again },
      onRemove: refusal.settle,
    })
    return 'refused'
  }

  async #outcome(written: Written, write: () => Submission): Promise<Refusal | undefined> {
    let submission: Submission | undefined
    try {
      submission = write()
      await submission.confirmed
      return undefined
    } catch (error) {
      // From here on the field or the notice shows what was written.
      return this.#refusals.take(submission, reasonOf(error, written))
    }
  }
}

function productionOf(row: Fields | undefined): string | undefined {
  return row?.['productionId'] as string | undefined
}
