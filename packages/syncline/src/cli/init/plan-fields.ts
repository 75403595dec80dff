/** Makes the fields of a model from the columns of its table. */
import { snakeCase } from '../../schema/snake-case.ts'
import type { CatalogColumn, CatalogTable } from './catalog.ts'
import { codeName, freeName } from './code-name.ts'
import { defaultOf } from './default-value.ts'
import { holdsIds, kindOf } from './field-kind.ts'
import type { FoundId } from './find-id.ts'
import { inListOf } from './in-list.ts'
import { whyNoField } from './left-out-columns.ts'
import type { FieldPlan, LeftOut } from './plan.ts'

/** A model that references can point to. */
interface Target {
  readonly model: string
  readonly id: FoundId
}

/** Finds the model of a table by its schema and name. */
export type FindTarget = (schema: string, table: string) => Target | undefined

export interface PlannedFields {
  readonly fields: readonly FieldPlan[]
  readonly leftOut: readonly LeftOut[]
}

/** Makes a field of every column but the id's and `own`. */
export function planFields(
  table: CatalogTable,
  idColumn: string,
  own: ReadonlySet<string>,
  find: FindTarget,
): PlannedFields {
  const columns = table.columns.filter(({ name }) => name !== idColumn && !own.has(name))
  const leftOut = columns.flatMap((column) => {
    const why = whyNoField(column)
    return why === undefined ? [] : [{ what: column.name, why }]
  })
  const fields: FieldPlan[] = []
  const taken = (name: string) =>
    fields.some((field) => field.name === name || `${field.name}Id` === name || field.name === `${name}Id`)
  for (const column of columns) {
    if (leftOut.some(({ what }) => what === column.name)) continue
    fields.push(planField(table, column, find, taken))
  }
  return { fields, leftOut }
}

function planField(
  table: CatalogTable,
  column: CatalogColumn,
  find: FindTarget,
  taken: (name: string) => boolean,
): FieldPlan {
  const { target, notes } = referenceOf(table, column, find)
  const kind = target === undefined ? plainKind(column) : ({ kind: 'reference', target } as const)
  const written = target === undefined ? fieldName(column.name) : referenceName(column.name)
  const name = target === undefined ? freeName(written, taken) : freeReference(written, taken)
  const isFilled = column.isIdentity || column.generated !== null
  return {
    name,
    column: column.name,
    array: column.isArray,
    nullable: !column.isNotNull,
    ...kind,
    default: isFilled
      ? { kind: 'database' }
      : defaultOf(column.default, kind.kind, column.isArray, 'values' in kind ? kind.values : []),
    notes: [
      ...notes,
      ...(column.generated === 'stored' ? ['generated: a write that names it is refused.'] : []),
    ],
  }
}

function plainKind(column: CatalogColumn): Pick<FieldPlan, 'kind' | 'values'> {
  const kind = kindOf(column) as FieldPlan['kind']
  if (kind === 'enum') return { kind, values: column.labels }
  const values = kind === 'text' && !column.isArray ? allowedTexts(column) : undefined
  return values === undefined ? { kind } : { kind: 'enum', values }
}

function allowedTexts({ checks }: CatalogColumn): string[] | undefined {
  const lists = checks.map(inListOf).filter((list) => list !== undefined)
  const values = lists.length === 1 ? [...new Set(lists[0])] : []
  return values.length === 0 || values.includes('') ? undefined : values
}

function referenceOf(
  table: CatalogTable,
  column: CatalogColumn,
  find: FindTarget,
): { readonly target?: string; readonly notes: readonly string[] } {
  const keys = table.foreignKeys.filter(({ columns }) => columns.length === 1 && columns[0] === column.name)
  const notes: string[] = []
  for (const { schema, table: name, targetColumns } of keys) {
    const target = find(schema, name)
    if (target === undefined) notes.push(`refers to \`${name}\`, which is left out.`)
    else if (target.id.column !== targetColumns[0]) {
      notes.push(`refers to \`${name}.${targetColumns[0]}\`, which is not the id of \`${target.model}\`.`)
    } else if (!holdsIds(column, target.id.type)) {
      notes.push(
        `refers to \`${target.model}\`, but ${column.shown} does not hold ids of type ${target.id.type}.`,
      )
    } else return { target: target.model, notes: [] }
  }
  return { notes }
}

const RESERVED: Readonly<Record<string, string>> = {
  id: 'idValue',
  version: 'recordVersion',
  fieldVersions: 'recordFieldVersions',
}

function fieldName(column: string): string {
  const name = codeName(column)
  if (Object.hasOwn(RESERVED, name)) return RESERVED[name] as string
  return name in Object.prototype ? `${name}Value` : name
}

/** A reference's name ends in `Id`, and what stands before it names the relation. */
function referenceName(column: string): string {
  const name = codeName(column).replace(/(?<=[a-z0-9])(Uuid|Fk)$/, 'Id')
  return /[a-z0-9]Id$/.test(name) ? name : `${name}Id`
}

function freeReference(name: string, taken: (candidate: string) => boolean): string {
  const relation = name.replace(/Id$/, '')
  return `${freeName(relation, (candidate) => taken(`${candidate}Id`) || taken(candidate))}Id`
}

/** Whether code needs to name the column because the field's name does not give it. */
export function needsColumn({ name, column }: Pick<FieldPlan, 'name' | 'column'>): boolean {
  return snakeCase(name) !== column
}
