/**
 * A production's room for as long as its page is open.
 *
 *   A2 revoked   who loses the right sees the room go; when the production comes back to the user's list, the room
 *                is joined again
 */
import type { Client, Room } from 'syncline/client'
import type { schema } from '../schema.ts'

/** Whether what a page asked for is there. */
export type Presence = 'loading' | 'here' | 'gone'

/** Whether a room's rows are there. */
export function presenceOf({ status }: Room): Presence {
  if (status.current === 'gone' || status.current === 'error') return 'gone'
  return status.current === 'joining' ? 'loading' : 'here'
}

export class HeldRoom {
  readonly #client: Client<typeof schema>
  readonly #id: string
  readonly #onChange: () => void
  readonly #stopWatching: () => void
  #room: Room
  #stopListening: () => void
  #wasListed: boolean

  constructor(client: Client<typeof schema>, id: string, onChange: () => void) {
    const production = client.record('production', id)
    this.#client = client
    this.#id = id
    this.#onChange = onChange
    this.#room = client.join('production', id)
    this.#stopListening = this.#room.status.subscribe(onChange)
    this.#wasListed = production.current !== undefined
    this.#stopWatching = production.subscribe(() => this.#onListed(production.current !== undefined))
  }

  get presence(): Presence {
    return presenceOf(this.#room)
  }

  leave(): void {
    this.#stopWatching()
    this.#stopListening()
    this.#room.leave()
  }

  #onListed(isListed: boolean): void {
    const isBack = isListed && !this.#wasListed
    this.#wasListed = isListed
    if (isBack && this.presence === 'gone') this.#joinAgain()
  }

  #joinAgain(): void {
    this.#stopListening()
    this.#room.leave()
    this.#room = this.#client.join('production', this.#id)
    this.#stopListening = this.#room.status.subscribe(this.#onChange)
    this.#onChange()
  }
}
