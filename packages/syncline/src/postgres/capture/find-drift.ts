/** Compares an existing table with its model: what is missing, what has another type, what would be missed. */
import type { CompiledSchema, Field, FieldKind, IdType, Model } from '../../schema/model.ts'
import { suggestion } from '../../schema/nearest-name.ts'
import { unfilledColumns, unfilledDrift } from './column-filler.ts'
import { columnDefinition } from './create-table.ts'
import type { ColumnDescription, TableDescription } from './describe-database.ts'
import type { Drift } from './drift.ts'
import { misplacedTriggerDrift } from './misplaced-triggers.ts'
import { nameInSql } from './capture-triggers.ts'
import { wrongType } from './wrong-type.ts'

const INTEGERS = ['int2', 'int4', 'int8']
const TEXTS = ['text', 'varchar', 'bpchar', 'citext', 'name']

/** Types of existing columns that a kind of field can stand for. */
const FITTING: Readonly<Record<Exclude<FieldKind, 'reference'>, readonly string[]>> = {
  text: TEXTS,
  integer: ['int4', 'int2'],
  bigint: INTEGERS,
  number: ['float8', 'float4'],
  decimal: ['numeric', ...INTEGERS],
  boolean: ['bool'],
  timestamp: ['timestamptz', 'timestamp'],
  date: ['date'],
  json: ['jsonb', 'json'],
  uuid: ['uuid', 'text', 'varchar'],
  bytes: ['bytea'],
  enum: TEXTS,
}

const FITTING_IDS: Readonly<Record<IdType, readonly string[]>> = {
  text: ['text', 'varchar', 'citext', 'bpchar'],
  uuid: ['uuid'],
  integer: ['int4', 'int2'],
  bigint: INTEGERS,
}

/** What keeps a model from being captured in an existing table, and what its owner should know. */
export function findDrift(model: Model, table: TableDescription, addColumns: boolean): Drift[] {
  if (table.kind !== 'r' && table.kind !== 'p') return [notATable(model, table)]
  const columns = new Map(table.columns.map((column) => [column.name, column]))
  return [
    ...idDrift(model, table, columns.get(model.idColumn)),
    ...Object.values(model.fields).flatMap((field) =>
      fieldDrift(model, table, field, columns.get(field.column), addColumns),
    ),
    ...ownColumnDrift(model, columns),
    ...misplacedTriggerDrift(model, table),
    ...rowSecurityDrift(model, table),
  ]
}

/** Rooms are loaded by whoever runs the server, and live changes come from the log, past every policy. */
function rowSecurityDrift({ table }: Model, { filteredFor: role }: TableDescription): Drift[] {
  if (role === null) return []
  return [
    {
      kind: 'row_security',
      table,
      isBlocking: false,
      message: `Row security filters \`${table}\` for role \`${role}\`: as the server's role it loads only the rows that policies let it read, and rooms lack the others. Syncline asks its own access rules, so let that role see every row (alter role ${nameInSql(role)} bypassrls; for the table's owner: alter table ${table} no force row level security, or create policy … using (true) for it).`,
    },
  ]
}

function notATable(model: Model, table: TableDescription): Drift {
  const kind = table.kind === 'v' || table.kind === 'm' ? 'a view' : 'no ordinary table'
  return {
    kind: 'not_a_table',
    table: model.table,
    isBlocking: true,
    message: `\`${model.table}\` is ${kind}, and only tables can be captured. Declare the tables that it reads.`,
  }
}

function idDrift(model: Model, table: TableDescription, column: ColumnDescription | undefined): Drift[] {
  if (column === undefined)
    return [missing(model, table, model.idColumn, 'its id', 'name another with idColumn')]
  if (!FITTING_IDS[model.idType].includes(column.type)) {
    const fitting = (Object.keys(FITTING_IDS) as IdType[]).find((type) =>
      FITTING_IDS[type].includes(column.type),
    )
    return [
      {
        kind: 'wrong_type',
        table: model.table,
        column: column.name,
        isBlocking: true,
        message: `The id of \`${model.table}\` is ${column.type}, but model \`${model.name}\` has ids of type ${model.idType}. ${fitting ? `Declare it with { id: '${fitting}' }.` : 'Use a column of type text, uuid, integer or bigint.'}`,
      },
    ]
  }
  return [...spellingDrift(model, column), ...uniquenessDrift(model, table, column)]
}

/** On devices, in rooms and in paths an id is compared as it is spelled. */
function spellingDrift(model: Model, column: ColumnDescription): Drift[] {
  if (column.type !== 'citext') return []
  return [
    {
      kind: 'id_ignores_case',
      table: model.table,
      column: column.name,
      isBlocking: false,
      message: `The id of \`${model.table}\` is citext, to which \`Abc\` and \`abc\` are one. To devices and rooms they are two: a reference in another spelling than the record's stands in a room that nobody joins. Make it text (alter table ${nameInSql(model.table)} alter column ${nameInSql(column.name)} type text, and the columns that refer to it), or see to it that every reference is spelled as its record.`,
    },
  ]
}

function uniquenessDrift(model: Model, table: TableDescription, column: ColumnDescription): Drift[] {
  if (table.unique.includes(column.name)) return []
  return [
    {
      kind: 'id_not_unique',
      table: model.table,
      column: column.name,
      isBlocking: false,
      message: `Nothing makes \`${model.table}.${column.name}\` unique by itself, and two records with one id would be one on every device. Add a unique index on it, or make sure of it otherwise.`,
    },
  ]
}

function fieldDrift(
  model: Model,
  table: TableDescription,
  field: Field,
  column: ColumnDescription | undefined,
  addColumns: boolean,
): Drift[] {
  if (column === undefined) {
    if (addColumns) return unfilledColumns(model, [field])
    return [
      missing(
        model,
        table,
        field.column,
        `field \`${field.name}\``,
        `add it (alter table ${model.table} add column ${columnDefinition(model, field)}), let \`npx syncline migrate --add-columns\` add it`,
      ),
    ]
  }
  if (!fits(field, column)) return [wrongType(model, field, column)]
  return [
    ...generatedDrift(model, field, column),
    ...nullDrift(model, field, column),
    ...unfilledDrift(model, table, field, column),
    ...enumDrift(model, field, column),
  ]
}

function missing(model: Model, table: TableDescription, column: string, what: string, remedy: string): Drift {
  const known = table.columns.map(({ name }) => name)
  return {
    kind: 'missing_column',
    table: model.table,
    column,
    isBlocking: true,
    message: `Table \`${model.table}\` has no column \`${column}\` for ${what} of model \`${model.name}\`.${suggestion(column, known, 'Its columns are')} Either ${remedy}, or name the column that it means with .column('…').`,
  }
}

function fits(field: Field, column: ColumnDescription): boolean {
  if (field.array !== column.isArray) return false
  if (field.kind === 'reference') return FITTING_IDS[field.idType ?? 'text'].includes(column.type)
  if (field.kind === 'enum' && column.isEnum) return true
  return FITTING[field.kind].includes(column.type)
}

function generatedDrift(model: Model, field: Field, column: ColumnDescription): Drift[] {
  if (column.generated !== 'virtual') return []
  return [
    {
      kind: 'virtual_column',
      table: model.table,
      column: column.name,
      isBlocking: true,
      message: `\`${model.table}.${column.name}\` is a virtual generated column, which triggers cannot see. Make it stored, or leave field \`${field.name}\` out of the declaration.`,
    },
  ]
}

function nullDrift(model: Model, field: Field, column: ColumnDescription): Drift[] {
  const drift = (message: string): Drift[] => [
    { kind: 'nullability', table: model.table, column: column.name, isBlocking: false, message },
  ]
  if (!field.nullable && !column.isNotNull && column.generated === null) {
    return drift(
      `\`${model.table}.${column.name}\` may be null, but field \`${field.name}\` is declared without .nullable(): a null that another program writes reaches devices that do not expect it. Declare it nullable, or alter the column to not null.`,
    )
  }
  if (field.nullable && column.isNotNull && !column.hasDefault) {
    return drift(
      `\`${model.table}.${column.name}\` may not be null, but field \`${field.name}\` is declared .nullable(): a device that writes null is refused. Declare it without .nullable(), or drop the column's not null.`,
    )
  }
  return []
}

function enumDrift(model: Model, field: Field, column: ColumnDescription): Drift[] {
  if (!column.isEnum || field.values === undefined) return []
  const unknown = field.values.filter((value) => !column.labels.includes(value))
  const undeclared = column.labels.filter((label) => !field.values?.includes(label))
  if (unknown.length === 0 && undeclared.length === 0) return []
  const facts = [
    ...(unknown.length > 0 ? [`the type does not know ${quoted(unknown)}`] : []),
    ...(undeclared.length > 0 ? [`the declaration leaves out ${quoted(undeclared)}`] : []),
  ]
  return [
    {
      kind: 'enum_values',
      table: model.table,
      column: column.name,
      isBlocking: false,
      message: `Field \`${field.name}\` of model \`${model.name}\` and its column's type ${column.type} have other values: ${facts.join(', and ')}. Declare oneOf(${column.labels.map((label) => `'${label}'`).join(', ')}), or alter the type.`,
    },
  ]
}

function ownColumnDrift(model: Model, columns: ReadonlyMap<string, ColumnDescription>): Drift[] {
  const wanted: [name: string | undefined, types: readonly string[], option: string][] = [
    [model.columns.version, ['int4'], 'versionColumn'],
    [model.columns.fieldVersions, ['jsonb'], 'fieldVersionsColumn'],
    [model.columns.lastModifiedBy, TEXTS, 'lastModifiedBy'],
    [model.columns.updatedAt, ['timestamptz', 'timestamp'], 'updatedAt'],
    ...model.rooms
      .filter((room) => room.path.length > 1)
      .map((room): [string, readonly string[], string] => [room.column, [...TEXTS, 'uuid', ...INTEGERS], '']),
  ]
  return wanted.flatMap(([name, types, option]) => {
    const column = name === undefined ? undefined : columns.get(name)
    if (column === undefined || (types.includes(column.type) && !column.isArray)) return []
    return [
      {
        kind: 'wrong_type' as const,
        table: model.table,
        column: column.name,
        isBlocking: true,
        message: `\`${model.table}.${column.name}\` is ${column.type}, but Syncline keeps ${types[0]} there. ${option ? `Name another column with { ${option}: '…' }.` : 'Rename the existing column.'}`,
      },
    ]
  })
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(', ')
}

/** Models whose table is another model's too cannot both be captured. */
export function sharedTables(schema: CompiledSchema): Drift[] {
  const byTable = new Map<string, Model[]>()
  for (const model of Object.values(schema.models))
    byTable.set(model.table, [...(byTable.get(model.table) ?? []), model])
  return [...byTable.values()]
    .filter((models) => models.length > 1)
    .map((models) => ({
      kind: 'not_a_table' as const,
      table: (models[0] as Model).table,
      isBlocking: true,
      message: `Models ${quoted(models.map(({ name }) => name))} have one table, \`${(models[0] as Model).table}\`. Declare each table once.`,
    }))
}
