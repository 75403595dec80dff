/** How the ids of each model are shown on every wire, in pages and URLs: plain, or obfuscated. */
import { checkIdOfType } from '../../schema/check-id.ts'
import type { CompiledSchema, Model } from '../../schema/model.ts'
import { suggestion } from '../../schema/nearest-name.ts'
import { type IdScheme, obfuscation } from './obfuscation.ts'

export interface IdOptions {
  /**
   * Shuffles the alphabet of obfuscated ids. Another secret makes other ids, and old URLs lead nowhere: keep it.
   * @default the last of `secret`, which stays when a new one is put in front
   */
  readonly secret?: string
  /** Schemes of the application's own by model, for obfuscated ids that an app beside this one has already given out. */
  readonly schemes?: Readonly<Record<string, IdScheme>>
}

/** The ids of one model, for the application's pages and routes. */
export interface ModelIds {
  /** The id as pages and URLs show it. */
  encode(id: string | number | bigint): string
  /** The database's id as text; null for a text that shows none, also for an id in another spelling. */
  decode(shown: string): string | null
}

export class Ids {
  readonly #schema: CompiledSchema
  readonly #schemes = new Map<string, IdScheme>()

  /** Throws a `TypeError` for a scheme of a model that is not there, or whose ids are plain. */
  constructor(schema: CompiledSchema, secret: string, { schemes = {} }: Pick<IdOptions, 'schemes'> = {}) {
    this.#schema = schema
    for (const name of Object.keys(schemes)) {
      const model = this.#model(name)
      if (model.ids === 'plain')
        throw new TypeError(
          `\`ids.schemes.${name}\` has no effect: ids of \`${name}\` are plain. Declare the model with { ids: 'obfuscated' }.`,
        )
    }
    for (const model of Object.values(schema.models)) {
      if (model.ids === 'obfuscated')
        this.#schemes.set(model.name, schemes[model.name] ?? obfuscation(secret, model.name))
    }
  }

  /** The ids of one model; throws a `TypeError` for a name that is none. */
  of(name: string): ModelIds {
    const model = this.#model(name)
    return {
      encode: (id) => this.#schemes.get(model.name)?.encode(String(id)) ?? String(id),
      decode: (shown) => this.decode(model, shown),
    }
  }

  /** The database's id; null unless the text is the one spelling of an id that a record of the model can have. */
  decode(model: Model, shown: string): string | null {
    const scheme = this.#schemes.get(model.name)
    const id = scheme ? decoded(scheme, shown) : shown
    return id !== null && typeof checkIdOfType(model.idType, id) === 'string' ? id : null
  }

  #model(name: string): Model {
    const model = Object.hasOwn(this.#schema.models, name) ? this.#schema.models[name] : undefined
    if (model) return model
    throw new TypeError(
      `\`${name}\` is not a model of the schema.${suggestion(name, Object.keys(this.#schema.models), 'Its models are')}`,
    )
  }
}

/** What a stranger sends may be anything, and a scheme of the application's may throw for it. */
function decoded(scheme: IdScheme, shown: string): string | null {
  try {
    const id = scheme.decode(shown)
    return id !== null && scheme.encode(id) === shown ? id : null
  } catch {
    return null
  }
}
