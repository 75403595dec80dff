/** Compiles a model's fields and finds what is wrong with them. */
import { camelCase } from './camel-case.ts'
import type { FieldDeclaration, FieldSettings } from './field-declaration.ts'
import type { Field, IdType } from './model.ts'
import { isIdentifier, nameMistake } from './name-mistake.ts'
import { suggestion } from './nearest-name.ts'
import { snakeCase } from './snake-case.ts'

/** What the compilation of one model needs to know of the others: the id type of each, by name. */
export type IdTypes = ReadonlyMap<string, IdType>

/** Names that every record has without declaring them. */
const RESERVED_FIELDS: ReadonlySet<string> = new Set(['id', 'version', 'fieldVersions'])

const COUNTERS: ReadonlySet<string> = new Set(['integer', 'bigint', 'number', 'decimal'])

/** Returns the fields of one model by name, in a null-prototype object; adds what is wrong to `mistakes`. */
export function compileFields(
  modelName: string,
  declared: Readonly<Record<string, FieldDeclaration>>,
  idTypes: IdTypes,
  mistakes: string[],
): Record<string, Field> {
  const fields: Record<string, Field> = Object.create(null)
  for (const [name, declaration] of Object.entries(declared)) {
    const place = `Field \`${name}\` of model \`${modelName}\``
    const nameProblem = fieldNameMistake(name)
    if (nameProblem !== undefined) {
      mistakes.push(`${place} ${nameProblem}`)
      continue
    }
    if (typeof declaration?.settings?.kind !== 'string') {
      mistakes.push(`${place} is not a field. Write a kind, such as text() or integer().`)
      continue
    }
    for (const problem of settingsMistakes(name, declaration.settings, idTypes))
      mistakes.push(`${place} ${problem}`)
    fields[name] = compileField(name, declaration.settings, idTypes)
  }
  return fields
}

function compileField(name: string, settings: FieldSettings, idTypes: IdTypes): Field {
  const { kind, array, nullable, onConflict, validator, values, references } = settings
  return {
    name,
    column: settings.column ?? snakeCase(name),
    kind,
    array,
    nullable,
    default: settings.default,
    onConflict,
    ...(values && { values: [...values] }),
    ...(references !== undefined && { references, idType: idTypes.get(references) ?? 'text' }),
    ...(settings.filledByDatabase && { filledByDatabase: true }),
    ...(settings.filler !== undefined && { filler: settings.filler }),
    ...(settings.as && { as: settings.as }),
    ...(validator && { validator }),
  }
}

function fieldNameMistake(name: string): string | undefined {
  if (RESERVED_FIELDS.has(camelCase(name))) {
    return name === 'id'
      ? "is reserved: every record has an id. Give its type as an option of the model: { id: 'uuid' }."
      : 'is reserved: Syncline keeps it for every record. Choose another name; a column of that name is given with .column(…).'
  }
  return nameMistake(name)
}

function settingsMistakes(name: string, settings: FieldSettings, idTypes: IdTypes): string[] {
  return [
    settings.mistake,
    columnMistake(settings),
    referenceMistake(name, settings, idTypes),
    valuesMistake(settings),
    policyMistake(settings),
    validatorMistake(settings),
    fillerMistake(settings),
    settings.hasDefault && settings.filledByDatabase
      ? 'has a default and is filled by the database. Keep one of the two.'
      : undefined,
  ].filter((mistake) => mistake !== undefined)
}

function fillerMistake({ filler }: FieldSettings): string | undefined {
  if (filler === undefined || (typeof filler === 'string' && filler.trim() !== '')) return undefined
  return `is filled by the database with ${JSON.stringify(filler)}, which is no SQL. Write an expression, such as .filledByDatabase('now()'), or nothing.`
}

function columnMistake({ column }: FieldSettings): string | undefined {
  if (column === undefined || isIdentifier(column)) return undefined
  return `has column ${JSON.stringify(column)}, which PostgreSQL cannot have. A column's name has 1 to 63 bytes.`
}

function referenceMistake(name: string, { references }: FieldSettings, idTypes: IdTypes): string | undefined {
  if (references === undefined) return undefined
  if (!idTypes.has(references)) {
    return `refers to \`${references}\`, which is not a model.${suggestion(references, [...idTypes.keys()], 'The models are')}`
  }
  if (!/[a-z0-9]Id$/.test(name)) {
    return `is a reference, so its name ends in \`Id\`: \`${name}Id\`, which also gives the relation \`${name}\`. A column of another name is given with .column(…).`
  }
  return undefined
}

function valuesMistake({ kind, values }: FieldSettings): string | undefined {
  if (kind !== 'enum') return undefined
  if (!values || values.length === 0) return "has no values. Write them: oneOf('owner', 'member')."
  const wrong = values.find((value) => typeof value !== 'string' || value === '')
  if (wrong !== undefined)
    return `has the value ${JSON.stringify(wrong)}. The values of oneOf are texts that are not empty.`
  const twice = values.find((value, index) => values.indexOf(value) !== index)
  return twice === undefined ? undefined : `has the value \`${twice}\` twice. Write it once.`
}

function policyMistake({ onConflict, kind, array }: FieldSettings): string | undefined {
  const shape = array ? `an array of ${kind}` : kind
  if (onConflict === 'counter' && (array || !COUNTERS.has(kind))) {
    return `has the policy \`counter\`, but is ${shape}. Only integer, bigint, number and decimal count.`
  }
  if (onConflict === 'set' && !array) {
    return `has the policy \`set\`, but is ${shape}. Only arrays are sets: array(text()).onConflict('set').`
  }
  if (!POLICIES.includes(onConflict)) {
    return `has the policy ${JSON.stringify(onConflict)}, which does not exist.${suggestion(String(onConflict), POLICIES, 'The policies are')}`
  }
  return undefined
}

const POLICIES: readonly string[] = ['overwrite', 'keep', 'ask', 'counter', 'set']

function validatorMistake({ validator }: FieldSettings): string | undefined {
  if (validator === undefined || typeof validator['~standard']?.validate === 'function') return undefined
  return 'has a validator that is not a Standard Schema. Pass the schema of a library that supports it, such as Valibot, Zod or ArkType.'
}
