/**
 * From catalog to schema: pure, so that the same database gives the same file.
 *
 * Ids first, because references need them; then fields, relations, the room, and what is shared.
 */
import type { Catalog, CatalogTable } from './catalog.ts'
import { codeName, freeName, modelName } from './code-name.ts'
import { kebabCase } from '../../schema/kebab-case.ts'
import { type FoundId, findId } from './find-id.ts'
import { whyLeftOut } from './left-out-tables.ts'
import { ownColumns } from './own-columns.ts'
import type { LeftOut, ModelPlan, SchemaPlan } from './plan.ts'
import { findMembership } from './find-membership.ts'
import { planFields } from './plan-fields.ts'
import { planRelations } from './plan-relations.ts'
import { planRoom } from './plan-room.ts'
import { planShared } from './plan-shared.ts'
import { snakeWords } from './code-name.ts'
import { declaredName } from './table-name.ts'

interface Chosen {
  readonly name: string
  readonly table: CatalogTable
  readonly id: FoundId
}

/** Makes a schema of all tables that one can be made of, and says why of the others not. */
export function planSchema(catalog: Catalog): SchemaPlan {
  const leftOut: LeftOut[] = []
  const chosen = chooseTables(catalog, leftOut)
  const find = (schema: string, table: string) => {
    const found = chosen.find((one) => one.table.schema === schema && one.table.name === table)
    return found && { model: found.name, id: found.id }
  }
  const models = chosen.map((one) => planModel(one, find))
  const room = planRoom(models)
  return {
    models,
    relations: planRelations(models),
    room,
    membership: findMembership(
      catalog,
      models.find(({ name }) => name === room?.root),
    ),
    shared: planShared(models, room),
    leftOut,
  }
}

function chooseTables({ tables }: Catalog, leftOut: LeftOut[]): Chosen[] {
  const chosen: Chosen[] = []
  // A table that is found without its schema has the better right to a name.
  const inOrder = [...tables].sort((a, b) => Number(b.isVisible) - Number(a.isVisible))
  for (const table of inOrder) {
    const id = whyLeftOut(table) ?? pathTaken(chosen, table) ?? findId(table)
    if (typeof id === 'string') leftOut.push({ what: declaredName(table), why: id })
    else if ('why' in id) leftOut.push({ what: declaredName(table), why: id.why })
    else chosen.push({ name: nameFor(chosen, table), table, id })
  }
  return chosen
}

function pathTaken(chosen: readonly Chosen[], { name }: CatalogTable): string | undefined {
  const first = chosen.find((one) => kebabCase(one.table.name) === kebabCase(name))
  return first && `its path would be the one of \`${declaredName(first.table)}\`, which has the same name.`
}

function nameFor(chosen: readonly Chosen[], { schema, name }: CatalogTable): string {
  const taken = (candidate: string) =>
    chosen.some((one) => one.name === candidate) || candidate in Object.prototype
  const own = modelName(name)
  return freeName(taken(own) ? codeName(`${schema}_${own}`) : own, taken)
}

/** Columns that say when a row was last changed, as people and frameworks call them. */
const CHANGE_TIMES =
  /^((last_)?(updated|modified)(_(at|on|date|time))?|last_(update|modification)|date_(updated|modified))$/

function planModel({ name, table, id }: Chosen, find: Parameters<typeof planFields>[3]): ModelPlan {
  const own = ownColumns(table)
  const { fields, leftOut } = planFields(table, id.column, own.names, find)
  const updatedAt = table.columns.find(
    (column) =>
      CHANGE_TIMES.test(snakeWords(column.name)) &&
      /^timestamp(tz)?$/.test(column.type) &&
      !column.isArray &&
      column.generated === null,
  )?.name
  return {
    name,
    table: declaredName(table),
    source: table,
    idColumn: id.column,
    idType: id.type,
    fields,
    leftOut,
    ...(own.versionColumn !== undefined && { versionColumn: own.versionColumn }),
    ...(own.fieldVersionsColumn !== undefined && { fieldVersionsColumn: own.fieldVersionsColumn }),
    ...(updatedAt !== undefined && { updatedAt }),
    notes: [...(id.note === undefined ? [] : [id.note]), ...own.notes],
  }
}
