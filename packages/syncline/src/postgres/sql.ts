/** The `sql` tag: SQL text with values that always travel as parameters, never as text. */
import type { Parameter } from './database.ts'

/** A piece of SQL with its values; nests in other pieces. */
export class Sql {
  /** Text between the values: always one longer than `values`. */
  readonly strings: readonly string[]
  readonly values: readonly Parameter[]

  constructor(strings: readonly string[], values: readonly Parameter[]) {
    this.strings = strings
    this.values = values
  }

  /** Text with `$n` placeholders, numbered after `taken` parameters that stand before it. Equal rules give equal text. */
  text(taken = 0): string {
    return this.strings.reduce((text, part, index) => `${text}$${taken + index}${part}`)
  }
}

function compose(template: TemplateStringsArray, ...inserted: readonly (Sql | Parameter)[]): Sql {
  const strings = [template[0] as string]
  const values: Parameter[] = []
  inserted.forEach((piece, index) => {
    const following = template[index + 1] as string
    if (piece instanceof Sql) {
      strings[strings.length - 1] += piece.strings[0] as string
      strings.push(...piece.strings.slice(1))
      values.push(...piece.values)
      strings[strings.length - 1] += following
      return
    }
    if (piece === undefined) {
      throw new TypeError(
        `Value ${index + 1} of an sql template is undefined (near "${template[index]?.trim().slice(-40)}"). Use null for no value, or check the property's name.`,
      )
    }
    values.push(piece)
    strings.push(following)
  })
  return new Sql(strings, values)
}

/**
 * Builds SQL whose inserted values are parameters: `` sql`exists (select 1 from members m where m.user_id = ${user.id})` ``.
 * Another `sql` piece or a column of the record that a rule is given is inserted as text.
 */
export const sql = Object.assign(compose, {
  /** Everybody: a condition that always holds. */
  all: new Sql(['true'], []),
  /** Nobody: a condition that never holds. */
  none: new Sql(['false'], []),
  /** Text that is trusted as it stands; never made from what a client sent. */
  raw: (text: string) => new Sql([text], []),
  /** A quoted identifier; `crm.accounts` is schema and table. */
  identifier: (name: string) => new Sql([quoteIdentifier(name)], []),
  join: (pieces: readonly Sql[], separator = ', ') =>
    pieces.reduce(
      (all, piece, index) => (index === 0 ? piece : compose`${all}${new Sql([separator], [])}${piece}`),
      new Sql([''], []),
    ),
})

/** Quotes a possibly schema-qualified name: `crm.accounts` → `"crm"."accounts"`. */
export function quoteIdentifier(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
}
