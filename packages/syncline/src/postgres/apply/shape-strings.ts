/** The names and strings that the texts of a shape's functions share. */
import type { Field } from '../../schema/model.ts'
import { quoteIdentifier, type Sql } from '../sql.ts'
import { RECORD } from './prepare-op.ts'
import { ruleText } from './rule-text.ts'
import type { RuleTypes } from './rule-types.ts'
import type { Shape } from './shape.ts'

/**
 * Label of the function's block. Variables are always written behind it: a bare name is a column, so that a rule or a
 * table may use any names.
 */
export const SELF = 'syncline_op'

/** Strings of the texts below. */
export interface ShapeText {
  readonly shape: Shape
  readonly table: string
  /** `r."id" = syncline_op.id`. */
  readonly isRecord: string
  readonly read: string
  readonly when: string
  readonly targets: readonly string[]
  /** The rules answer after the write what they answered before it, in a statement that makes sure of the table's triggers. */
  readonly areRulesUntouched: boolean
  /** Types of the rules' values, in order: the variables `rule_0`, `rule_1`, … */
  readonly ruleTypes: readonly string[]
}

const ID_TYPES = { text: 'text', uuid: 'uuid', integer: 'integer', bigint: 'bigint' } as const

/** Type of the id's column. */
export function idTypeOf({ model }: Pick<Shape, 'model'>): string {
  return ID_TYPES[model.idType]
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A column of the record. */
export function columnOf(column: string, alias = RECORD): string {
  return `${quoteIdentifier(alias)}.${quoteIdentifier(column)}`
}

/** The wire value of a named field, as jsonb. */
export function wireOf(field: Field): string {
  return `${SELF}.fields -> ${literal(field.name)}`
}

export function shapeText(shape: Shape, types: RuleTypes, areRulesUntouched: boolean): ShapeText {
  let first = 0
  const write = (rule: Sql) => {
    const text = ruleText(rule, `${SELF}.rule_`, first)
    first += rule.values.length
    // A rule's text may end with a comment; the line break ends it.
    return `(${text}\n    )`
  }
  return {
    shape,
    table: `${quoteIdentifier(shape.model.table)} as ${quoteIdentifier(RECORD)}`,
    isRecord: `${columnOf(shape.model.idColumn)} = ${SELF}.id`,
    read: write(shape.read),
    when: write(shape.when),
    targets: shape.targets.map((target) => write(target.read)),
    areRulesUntouched,
    ruleTypes: [...types.read, ...types.when, ...types.targets.flat()],
  }
}
