/** Which records a room holds, and at which version each came in. */

/** The members of one room, by model and id. */
export class RoomMembers {
  readonly #byModel = new Map<string, Map<string, number>>()

  /** Ids and the versions at which they entered, by model. */
  get byModel(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.#byModel
  }

  has(model: string, id: string): boolean {
    return this.#byModel.get(model)?.has(id) ?? false
  }

  /** Version at which the record entered; undefined when it is not a member. */
  enteredAt(model: string, id: string): number | undefined {
    return this.#byModel.get(model)?.get(id)
  }

  /** True when the record was not a member before. */
  enter(model: string, id: string, version: number): boolean {
    const members = this.#byModel.get(model) ?? new Map<string, number>()
    this.#byModel.set(model, members)
    const before = members.get(id)
    members.set(id, Math.max(before ?? version, version))
    return before === undefined
  }

  /** True when the record was a member. A room that the record entered again at a higher version keeps it. */
  leave(model: string, id: string, version = Number.POSITIVE_INFINITY): boolean {
    const members = this.#byModel.get(model)
    const entered = members?.get(id)
    if (members === undefined || entered === undefined || entered > version) return false
    return members.delete(id)
  }

  *entries(): Iterable<readonly [model: string, id: string]> {
    for (const [model, members] of this.#byModel) for (const id of members.keys()) yield [model, id]
  }
}
