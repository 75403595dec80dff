/** Rules as they were asked a moment ago, so that a busy user does not have them built for every op. */
import type { User } from '../../protocol/user.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { Rules } from '../rules.ts'
import { type Preparation, preparation } from './prepare-op.ts'

/** How long the SQL of a user's rules is used again, in ms; what it finds in the database is always asked anew. */
const FRESH_MS = 100

export class AskedRules {
  readonly #schema: CompiledSchema
  readonly #rules: Rules
  readonly #now: () => number
  readonly #known = new WeakMap<User, { readonly at: number; readonly preparation: Preparation }>()

  constructor(schema: CompiledSchema, rules: Rules, now: () => number) {
    this.#schema = schema
    this.#rules = rules
    this.#now = now
  }

  of(user: User): Preparation {
    const known = this.#known.get(user)
    if (known && this.#now() - known.at < FRESH_MS) return known.preparation
    const fresh = preparation(this.#schema, this.#rules, user)
    this.#known.set(user, { at: this.#now(), preparation: fresh })
    return fresh
  }
}
