/** Loads what an application declares from one of its modules: the schema, and the access rules if they are there. */
import { existsSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Schema } from '../schema/define-schema.ts'
import type { AccessDeclaration } from '../server/access/declaration.ts'
import type { Authenticate } from '../server/identity.ts'
import { enableTypeScript, whyUnreadable } from './load-typescript.ts'

export interface Declaration {
  readonly schema: Schema
  readonly access?: AccessDeclaration
  /** Who is asking, when a module says so. */
  readonly authenticate?: Authenticate | readonly Authenticate[]
}

/** Where a schema is looked for when no path is given. */
const USUAL_PATHS = ['schema', 'src/schema', 'src/sync/schema', 'server/schema', 'app/schema'].flatMap(
  (path) => [`${path}.ts`, `${path}.js`, `${path}.mjs`],
)

/**
 * Imports the module at `path` (relative to `folder`) and takes its exports `schema`, or the default one, and `access`
 * and `authenticate`; what it does not export is taken from `access.ts` beside it.
 * Throws with the remedy when there is none, or when Node cannot read it.
 */
export async function loadDeclaration(
  path: string | undefined,
  folder = process.cwd(),
): Promise<Declaration> {
  const file = schemaFile(path, folder)
  const exports = await importModule(file)
  const schema = exports.schema ?? exports.default
  if (!isSchema(schema)) {
    const names = Object.keys(exports)
    throw new Error(
      `${file} exports ${names.length === 0 ? 'nothing' : names.map((name) => `\`${name}\``).join(', ')}, but no \`schema\`. Write: export const schema = defineSchema({ … })`,
    )
  }
  const rules = accessFile(file)
  const beside = rules === undefined || exports.access ? {} : await importModule(rules)
  const { access, authenticate } = { ...beside, ...exports } as Partial<Declaration>
  return { schema, ...(access && { access }), ...(authenticate && { authenticate }) }
}

/** The file of the schema; throws with the remedy when there is none. */
export function schemaFile(path: string | undefined, folder = process.cwd()): string {
  const file = resolve(folder, path ?? findUsual(folder))
  if (existsSync(file)) return file
  throw new Error(
    `There is no file ${file}. Name the module that exports your schema: --schema path/to/schema.ts`,
  )
}

/** The access rules beside a schema file; undefined when there are none. */
export function accessFile(schema: string): string | undefined {
  const names = [...new Set([extname(schema), '.ts', '.js', '.mjs'])].map((ending) => `access${ending}`)
  return names.map((name) => join(dirname(schema), name)).find((file) => existsSync(file) && file !== schema)
}

function findUsual(folder: string): string {
  const found = USUAL_PATHS.find((path) => existsSync(resolve(folder, path)))
  if (found !== undefined) return found
  throw new Error(
    `No schema was found in ${folder}; looked for ${USUAL_PATHS.filter((path) => path.endsWith('.ts')).join(', ')} and the same with .js and .mjs. Name the module that exports it: --schema path/to/schema.ts`,
  )
}

async function importModule(file: string): Promise<Record<string, unknown>> {
  if (/\.m?ts$/.test(file)) enableTypeScript(file)
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error
    throw new Error(whyUnreadable(file), { cause: error })
  }
}

function isSchema(value: unknown): value is Schema {
  return (
    typeof value === 'object' &&
    value !== null &&
    'models' in value &&
    'byChannel' in value &&
    'hash' in value
  )
}
