/** Compiles one model of a declaration; its rooms are added when all models are known. */
import { compileFields, type IdTypes } from './compile-fields.ts'
import type { ModelDeclaration, ModelOptions } from './declaration.ts'
import { kebabCase } from './kebab-case.ts'
import type { IdType, Model } from './model.ts'
import { isIdentifier } from './name-mistake.ts'
import { suggestion } from './nearest-name.ts'
import { pascalCase } from './pascal-case.ts'

const OPTIONS = [
  'id',
  'idColumn',
  'ids',
  'shared',
  'versionColumn',
  'fieldVersionsColumn',
  'lastModifiedBy',
  'updatedAt',
  'broadcastsTo',
  'broadcastsOnChangeOf',
  'refreshes',
]

const ID_TYPES: readonly string[] = ['text', 'uuid', 'integer', 'bigint']

export function compileModel(
  name: string,
  declaration: ModelDeclaration,
  idTypes: IdTypes,
  mistakes: string[],
): Model {
  const { table, options } = declaration
  const place = `Model \`${name}\``
  for (const problem of [tableMistake(table), ...optionMistakes(options)]) {
    if (problem !== undefined) mistakes.push(`${place} ${problem}`)
  }
  const fields = compileFields(name, declaration.fields, idTypes, mistakes)
  const columns = ownColumns(options)
  for (const problem of columnMistakes(fields, options.idColumn ?? 'id', columns))
    mistakes.push(`${place} ${problem}`)
  return {
    name,
    channel: pascalCase(name),
    table: String(table),
    path: kebabCase(String(table).split('.').at(-1) as string),
    idType: idTypeOf(options),
    idColumn: options.idColumn ?? 'id',
    ids: options.ids ?? 'plain',
    fields,
    fieldNames: Object.keys(fields),
    shared: options.shared ?? false,
    isRoot: false,
    rooms: [],
    columns,
    broadcastsTo: options.broadcastsTo ?? [],
    ...(options.broadcastsOnChangeOf && { broadcastsOnChangeOf: options.broadcastsOnChangeOf }),
    ...(options.refreshes && { refreshes: options.refreshes }),
  }
}

/** Type of a model's ids: only integers can be obfuscated, so that is their default. */
export function idTypeOf(options: ModelOptions): IdType {
  return options.id ?? (options.ids === 'obfuscated' ? 'bigint' : 'text')
}

function ownColumns(options: ModelOptions): Model['columns'] {
  const named = (column: true | string | undefined, standard: string) => (column === true ? standard : column)
  const lastModifiedBy = named(options.lastModifiedBy, 'last_modified_by')
  const updatedAt = named(options.updatedAt, 'updated_at')
  return {
    version: options.versionColumn ?? 'version',
    fieldVersions: options.fieldVersionsColumn ?? 'field_versions',
    ...(lastModifiedBy && { lastModifiedBy }),
    ...(updatedAt && { updatedAt }),
  }
}

function tableMistake(table: unknown): string | undefined {
  const parts = typeof table === 'string' ? table.split('.') : []
  if ((parts.length === 1 || parts.length === 2) && parts.every(isIdentifier)) return undefined
  return `has the table ${JSON.stringify(table)}. Write its name as the database has it: 'account_users', or 'crm.account_users' with its schema.`
}

function optionMistakes(options: ModelOptions): string[] {
  const mistakes = Object.keys(options)
    .filter((option) => !OPTIONS.includes(option))
    .map(
      (option) =>
        `has the option \`${option}\`, which does not exist.${suggestion(option, OPTIONS, 'The options are')}`,
    )
  if (options.id !== undefined && !ID_TYPES.includes(options.id)) {
    mistakes.push(
      `has ids of type ${JSON.stringify(options.id)}.${suggestion(String(options.id), ID_TYPES, 'The types of ids are')}`,
    )
  }
  if (options.ids === 'obfuscated' && (options.id === 'text' || options.id === 'uuid')) {
    mistakes.push(
      `has obfuscated ids of type ${options.id}. Only integer and bigint ids can be obfuscated; ${options.id} ids reveal no count anyway.`,
    )
  }
  return mistakes
}

function columnMistakes(fields: Model['fields'], idColumn: string, columns: Model['columns']): string[] {
  const owners = new Map([
    [idColumn, 'its id'],
    [columns.version, 'its version'],
    [columns.fieldVersions, 'its field versions'],
  ])
  const mistakes =
    owners.size < 3 ? ['uses one column for two of its id, version and field versions. Name three.'] : []
  for (const field of Object.values(fields)) {
    const other = owners.get(field.column)
    if (other !== undefined) {
      mistakes.push(
        `has field \`${field.name}\` in column \`${field.column}\`, which holds ${other}. Rename one, or give its column with .column(…).`,
      )
    }
    if (/^sync_room($|_)/.test(field.column)) {
      mistakes.push(
        `has field \`${field.name}\` in column \`${field.column}\`, which Syncline keeps for rooms. Rename it.`,
      )
    }
    owners.set(field.column, `field \`${field.name}\``)
  }
  return mistakes
}
