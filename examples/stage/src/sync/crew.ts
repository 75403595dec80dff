/**
 * What the page writes, for records of every kind, and what became of it.
 *
 *   K2 honest         a write counts as done when the server has committed it
 *   W3 nothing lost   a refused write is told with its reason, and what it contained is kept
 */
import type { Client, ParkedOp, Submission } from 'syncline/client'
import type { schema } from '../../schema.ts'
import { serverNow } from '../server-clock.ts'
import type { Notices } from './notices.ts'
import { type Edited, OwnEdits } from './own-edits.ts'
import { reasonOf, type Written } from './reason-of.ts'
import { type Placed, reorder } from './reorder.ts'
import type { AnyRow, EditedModel } from './rows.ts'

/** Resolves when a write is committed, or with the reason when it was refused. */
export type Outcome = Promise<string | undefined>

type Fields = Readonly<Record<string, unknown>>

/** Writers of a model of which only the name is known. */
interface AnyMutators {
  create(row: Fields): Submission & { readonly id: string }
  update(id: string, changes: Fields): Submission
  delete(id: string): Submission
}

/** How long a deletion can be taken back, in ms. */
const UNDO_MS = 10_000

export class Crew {
  readonly #client: Client<typeof schema>
  readonly #notices: Notices
  readonly edits = new OwnEdits()

  constructor(client: Client<typeof schema>, notices: Notices) {
    this.#client = client
    this.#notices = notices
  }

  /** Changes fields of a record. */
  update(model: EditedModel, id: string, changes: Fields): Outcome {
    return this.#outcome({ model, fields: changes }, () => this.#edit(model, id, changes))
  }

  /** Changes a record's fields where there is no field that could keep a refused value: a refusal becomes a notice. */
  change(model: EditedModel, id: string, changes: Fields, what: string): void {
    void this.#report(model, what, () => this.#edit(model, id, changes))
  }

  /** Adds a record; returns its id. */
  add(model: EditedModel, row: Fields, name: string): string | undefined {
    let id: string | undefined
    void this.#report(model, `“${name}” was not added.`, () => {
      const write = this.#mutators(model).create(row)
      id = write.id
      void this.edits.add([{ id, productionId: productionOf(row) }], serverNow(), write.confirmed)
      return write
    })
    return id
  }

  /** Deletes a record, which can be taken back for a while. */
  remove(model: EditedModel, row: AnyRow, name: string): void {
    // Who changed it last is for the server to say.
    const { lastModifiedBy: _author, updatedAt: _time, ...fields } = row
    const run = () =>
      void this.#report(model, `“${name}” did not come back.`, () => this.#mutators(model).create(fields))
    const withdraw = this.#notices.add({
      text: `“${name}” is deleted.`,
      action: { label: 'Undo', record: row.id, run },
      lastsMs: UNDO_MS,
    })
    const deleted = this.#report(model, `“${name}” was not deleted.`, () =>
      this.#mutators(model).delete(row.id),
    )
    void deleted.then((outcome) => outcome === 'refused' && withdraw())
  }

  /** Deletes a record for good. */
  end(model: EditedModel, id: string, name: string): void {
    void this.#report(model, `“${name}” was not deleted.`, () => this.#mutators(model).delete(id))
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
    void this.#report(model, 'The order was not changed.', () => {
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
  lost(name: string, text: string, reason: string): void {
    this.#notices.add({ text: `What you wrote in “${name}” is not saved. ${reason}`, kept: text })
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

  async #report(model: EditedModel, what: string, write: () => Submission): Promise<'committed' | 'refused'> {
    const reason = await this.#outcome({ model }, write)
    if (reason === undefined) return 'committed'
    this.#notices.add({ text: `${what} ${reason}` })
    return 'refused'
  }

  async #outcome(written: Written, write: () => Submission): Outcome {
    let submission: Submission | undefined
    try {
      submission = write()
      await submission.confirmed
      return undefined
    } catch (error) {
      // From here on the field or the notice keeps what was written.
      this.#dismiss(submission)
      return reasonOf(error, written)
    }
  }

  #dismiss(submission: Submission | undefined): void {
    const isOwn = ({ op }: ParkedOp) => (op.tx ?? op.n) === submission?.n
    // A device that took a new name counts from one again: of equal numbers the last is meant.
    const device = this.#client.parked.current.filter(isOwn).at(-1)?.device
    for (const parked of this.#client.parked.current) {
      if (isOwn(parked) && parked.device === device) this.#client.dismiss(parked)
    }
  }
}

function productionOf(row: Fields | undefined): string | undefined {
  return row?.['productionId'] as string | undefined
}
