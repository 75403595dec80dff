/**
 * The page's one place that talks to Syncline: what it reads, what it writes, and what became of that.
 *
 *   K2 honest         a write counts as done when the server has committed it
 *   W3 nothing lost   a refused write is told with its reason, and what it contained is kept
 */
import type { Row } from 'syncline'
import { type Client, createClient, memory, type Room, type SyncStatus, type Write } from 'syncline/client'
import { schema } from '../schema.ts'
import { HeldRoom, type Presence, presenceOf } from './held-room.ts'
import type { Notices } from './parts/notices.ts'
import { reasonOf } from './reason-of.ts'
import type { SignedIn } from './session.ts'
import type { Outcome } from './view/text-field.ts'

export type Production = Row<typeof schema, 'production'>
export type Camera = Row<typeof schema, 'camera'>
export type Task = Row<typeof schema, 'checklistItem'>

/** What a production's page shows. */
export interface ProductionView {
  readonly state: Presence
  readonly production: Production | undefined
  readonly cameras: readonly Camera[]
  readonly tasks: readonly Task[]
}

/** How long a deletion can be taken back, in ms. */
const UNDO_MS = 10_000

export class Crew {
  readonly #client: Client<typeof schema>
  readonly #notices: Notices
  /** Held while somebody is signed in: the list stays current on every page. */
  readonly #mine: Room

  constructor(user: SignedIn, notices: Notices) {
    this.#client = createClient({ schema, url: '/sync', user, storage: memory() })
    this.#notices = notices
    this.#mine = this.#client.join('production', 'mine')
  }

  get mutate(): Client<typeof schema>['mutate'] {
    return this.#client.mutate
  }

  get status(): SyncStatus {
    return this.#client.status.current
  }

  /** Hears every change of the status, its ages included. */
  onStatus(listener: () => void): () => void {
    return this.#client.status.subscribe(listener)
  }

  /** Writes; resolves when it is committed, or with the reason why it was refused. */
  async outcome(write: () => Write): Outcome {
    let n: number | undefined
    try {
      const written = write()
      n = written.n
      await written.confirmed
      return undefined
    } catch (error) {
      // From here on the field or the notice keeps what was written.
      this.#dismiss(n)
      return reasonOf(error)
    }
  }

  /** Writes what has no field of its own: a refusal becomes a notice. */
  async report(what: string, write: () => Write): Promise<'committed' | 'refused'> {
    const reason = await this.outcome(write)
    if (reason === undefined) return 'committed'
    this.#notices.add({ text: `${what} ${reason}` })
    return 'refused'
  }

  /** Deletes a camera or a task, which can be taken back for a while. */
  remove<Name extends 'camera' | 'checklistItem'>(
    model: Name,
    row: Name extends 'camera' ? Camera : Task,
  ): void {
    const run = () => void this.report(`“${row.name}” did not come back.`, () => this.#create(model, row))
    const withdraw = this.#notices.add({
      text: `“${row.name}” is deleted.`,
      action: { label: 'Undo', run },
      lastsMs: UNDO_MS,
    })
    const deleted = this.report(`“${row.name}” was not deleted.`, () => this.mutate[model].delete(row.id))
    void deleted.then((outcome) => outcome === 'refused' && withdraw())
  }

  /** Keeps what was being written in a record that is not there any more. */
  lost(
    name: string,
    texts: readonly string[],
    reason = 'It was deleted, or you may not see it any more.',
  ): void {
    this.#notices.add({ text: `What you wrote in “${name}” is not saved. ${reason}`, kept: texts.join('\n') })
  }

  /** Shows the productions that the user may see, at once and after each change, until the returned function is called. */
  watchProductions(show: (productions: readonly Production[], state: Presence) => void): () => void {
    const productions = this.#client.query.production.orderBy('startsAt').orderBy('name')
    const update = () => show(productions.current, presenceOf(this.#mine))
    return watchAll([productions, this.#mine.status], update)
  }

  /** Joins a production's room and shows it, at once and after each change, until the returned function is called. */
  watchProduction(id: string, show: (view: ProductionView) => void): () => void {
    const { query } = this.#client
    const production = this.#client.record('production', id)
    const cameras = query.camera.where({ productionId: id }).orderBy('createdAt')
    const tasks = query.checklistItem.where({ productionId: id }).orderBy('position')
    const update = () =>
      show({
        state: room.presence,
        production: production.current,
        cameras: cameras.current,
        tasks: tasks.current,
      })
    const room = new HeldRoom(this.#client, id, () => update())
    const stop = watchAll([production, cameras, tasks], update)
    return () => {
      stop()
      room.leave()
    }
  }

  close(): void {
    this.#client.close()
  }

  #create(model: 'camera' | 'checklistItem', row: Camera | Task): Write {
    const { lastModifiedBy: _author, updatedAt: _time, ...fields } = row
    return model === 'camera'
      ? this.mutate.camera.create(fields as Camera)
      : this.mutate.checklistItem.create(fields as Task)
  }

  #dismiss(n: number | undefined): void {
    const parked = this.#client.parked.current.find(({ op }) => op.n === n)
    if (parked) this.#client.dismiss(parked)
  }
}

interface Watchable {
  subscribe(listener: () => void): () => void
}

function watchAll(sources: readonly Watchable[], update: () => void): () => void {
  const stops = sources.map((source) => source.subscribe(update))
  update()
  return () => {
    for (const stop of stops) stop()
  }
}
