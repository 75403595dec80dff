/**
 * Refused writes, each kept on the device until its author has dealt with it: in its field, or in a notice.
 *
 *   W3 nothing lost   a page that is loaded again shows those that nobody has dealt with
 */
import type { Client, ParkedOp, Submission } from 'syncline/client'
import type { schema } from '../../schema.ts'

/** Why a write was refused. What it contained stays on the device until `settle` says that it has been dealt with. */
export interface Refusal {
  readonly reason: string
  settle(): void
}

/** What was not saved and why: a refused write, or in words alone what the page itself did not take. */
export type Refused = Refusal | string

/** Resolves when a write is committed, or with why it was refused. */
export type Outcome = Promise<Refused | undefined>

/** Says why. */
export function reasonIn(refused: Refused): string {
  return typeof refused === 'string' ? refused : refused.reason
}

/** Says that its author has dealt with it. */
export function settle(refused: Refused | undefined): void {
  if (typeof refused === 'object') refused.settle()
}

export class Refusals {
  readonly #client: Client<typeof schema>
  /** Keys of the ops that a field or a notice of this page shows. */
  readonly #shown = new Set<string>()

  constructor(client: Client<typeof schema>) {
    this.#client = client
  }

  /** Takes over what was refused of a write, for its field or a notice to show. */
  take(submission: Submission | undefined, reason: string): Refusal {
    const isOwn = ({ op }: ParkedOp) => (op.tx ?? op.n) === submission?.n && !this.#shown.has(op.key)
    const refused = this.#client.parked.current.filter(isOwn)
    // A device that took a new name counts from one again: of equal numbers the last is meant.
    const device = refused.at(-1)?.device
    return { reason, settle: this.#show(refused.filter((parked) => parked.device === device)) }
  }

  /** Takes over what nothing on the page shows, with the function that settles it; what belongs together is together. */
  takeRest(): (readonly [readonly [ParkedOp, ...ParkedOp[]], () => void])[] {
    const groups = new Map<string, [ParkedOp, ...ParkedOp[]]>()
    for (const parked of this.#client.parked.current) {
      if (this.#shown.has(parked.op.key)) continue
      const key = groupOf(parked)
      const group = groups.get(key)
      if (group) group.push(parked)
      else groups.set(key, [parked])
    }
    return Array.from(groups.values(), (group) => [group, this.#show(group)] as const)
  }

  subscribe(listener: () => void): () => void {
    return this.#client.parked.subscribe(listener)
  }

  #show(refused: readonly ParkedOp[]): () => void {
    for (const { op } of refused) this.#shown.add(op.key)
    return () => {
      for (const parked of refused) this.#client.dismiss(parked)
    }
  }
}

/** A transaction is one, and so is what was written into one field, a word at a time. */
function groupOf({ op, device }: ParkedOp): string {
  const { key, tx, model, id, action, fields = {} } = op
  if (tx !== undefined) return `${device} ${tx}`
  return action === 'update' ? `${model} ${id} ${Object.keys(fields)}` : key
}
