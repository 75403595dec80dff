/**
 * Ids as they leave: rows, changes and conflicts hold the database's ids until just before they become text, and then
 * those of models with obfuscated ids, their own and those that references hold, are spelled as pages have them.
 *
 * A schema without such models costs nothing: everything is handed back as it came.
 */
import type { Conflict } from '../../postgres/apply/writer.ts'
import type { SnapshotPiece, SnapshotTable } from '../../postgres/log/snapshot.ts'
import type { LogRow } from '../../postgres/log-row.ts'
import { checkIdOfType } from '../../schema/check-id.ts'
import type { CompiledSchema, Model } from '../../schema/model.ts'
import type { Ids } from './ids.ts'
import { mapElements, mapMembers } from './json-parts.ts'

type Spell = (id: string) => string

/** What of one model's rows is spelled otherwise. */
interface Spelling {
  readonly own: Spell | undefined
  readonly references: ReadonlyMap<string, Spell>
  readonly names: ReadonlySet<string>
}

export class ShownIds {
  readonly #ids: Ids
  readonly #schema: CompiledSchema
  readonly #spellings = new Map<string, Spelling>()
  readonly #user: Spell | undefined

  constructor(schema: CompiledSchema, ids: Ids) {
    this.#ids = ids
    this.#schema = schema
    for (const model of Object.values(schema.models)) {
      const spelling = this.#spellingOf(model)
      if (spelling) this.#spellings.set(model.name, spelling)
    }
    this.#user = this.#spell(schema.byChannel['User'])
  }

  /** Whether rows, changes and conflicts leave as they are. */
  get isPlain(): boolean {
    return this.#spellings.size === 0
  }

  /** An id of a record; one that no record can have stays as it is. */
  id(model: string, id: string): string {
    return this.#spellings.get(model)?.own?.(id) ?? id
  }

  /** The id of a user: of a record of `user`, when the schema has that model. */
  user<Id extends string | null>(id: Id): Id {
    return id === null || !this.#user ? id : (this.#user(id) as Id)
  }

  rows(rows: readonly LogRow[]): readonly LogRow[] {
    return this.isPlain ? rows : rows.map((row) => this.#row(row))
  }

  #row(row: LogRow): LogRow {
    const actor = this.user(row.actor)
    const spelling = this.#spellings.get(row.model)
    if (!spelling) return actor === row.actor ? row : { ...row, actor }
    return { ...row, actor, id: this.id(row.model, row.id), fields: this.fields(row.model, row.fields) }
  }

  /** JSON text of fields by name. */
  fields<Text extends string | null>(model: string, text: Text): Text {
    const spelling = this.#spellings.get(model)
    if (text === null || !spelling || spelling.references.size === 0) return text
    const change = (json: string, name: string) => mapJson(json, spelling.references.get(name) as Spell)
    return mapMembers(text, spelling.names, change) as Text
  }

  /** JSON text of one field's value. */
  value(model: string, field: string, json: string): string {
    const spell = this.#spellings.get(model)?.references.get(field)
    return spell ? mapJson(json, spell) : json
  }

  tables(tables: readonly SnapshotTable[]): readonly SnapshotTable[] {
    if (this.isPlain) return tables
    return tables.map((table) => ({
      ...table,
      chunks: table.chunks.map((rows) => this.piece({ ...table, rows }).rows),
    }))
  }

  /** Some rows of one model. */
  piece(piece: SnapshotPiece): SnapshotPiece {
    const spelling = this.#spellings.get(piece.model)
    if (!spelling) return piece
    const changes = piece.columns.map((name, place) => {
      const spell = place === 0 ? spelling.own : spelling.references.get(name)
      return spell && ((json: string) => mapJson(json, spell))
    })
    return { ...piece, rows: mapElements(piece.rows, changes) }
  }

  /** An entry of a conflict list. */
  conflict(conflict: Conflict): Conflict {
    if (this.isPlain) return conflict
    const spelling = this.#spellings.get(conflict.model)
    const by = this.user(conflict.by)
    const spell = spelling?.references.get(conflict.field)
    const value = (written: unknown) => (spell && typeof written === 'string' ? spell(written) : written)
    return {
      ...conflict,
      by,
      record: this.id(conflict.model, conflict.record),
      mine: value(conflict.mine),
      theirs: value(conflict.theirs),
    }
  }

  #spellingOf(model: Model): Spelling | undefined {
    const own = this.#spell(model)
    const references = new Map<string, Spell>()
    for (const field of Object.values(model.fields)) {
      const spell = this.#spell(this.#schema.models[field.references ?? ''])
      if (spell) references.set(field.name, spell)
    }
    if (!own && references.size === 0) return undefined
    return { own, references, names: new Set(references.keys()) }
  }

  #spell(model: Model | undefined): Spell | undefined {
    if (model?.ids !== 'obfuscated') return undefined
    const { encode } = this.#ids.of(model.name)
    return (id) => (typeof checkIdOfType(model.idType, id) === 'string' ? encode(id) : id)
  }
}

/** An id as JSON text, or `null`. */
function mapJson(json: string, spell: Spell): string {
  const id: unknown = JSON.parse(json)
  return typeof id === 'string' ? JSON.stringify(spell(id)) : json
}
