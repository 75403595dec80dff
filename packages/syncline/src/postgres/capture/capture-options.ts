/** What a migration is asked for beside the declaration, and which tables that makes. */
import type { CompiledSchema } from '../../schema/model.ts'

export interface CaptureOptions {
  /** Tables that access rules read and that do not synchronise; each gets a trigger that logs its keys, and a view those that it reads. */
  readonly dependsOn?: readonly string[]
  /** Names that stand in access rules: columns of synchronised tables among them that no field has are watched. */
  readonly ruleNames?: ReadonlySet<string>
  /** Adds declared columns that an existing table lacks. @default false */
  readonly addColumns?: boolean
  /** Builds indexes on existing tables without blocking their writers. @default true */
  readonly concurrently?: boolean
}

/** Tables that only access rules read, sorted. */
export function guardNames(schema: CompiledSchema, options: CaptureOptions): string[] {
  const synchronised = new Set(Object.values(schema.models).map((model) => model.table))
  return [...new Set(options.dependsOn ?? [])].filter((table) => !synchronised.has(table)).sort()
}

/** Every table that a plan must know about, as declared. */
export function tablesOf(schema: CompiledSchema, options: CaptureOptions): string[] {
  return [...Object.values(schema.models).map((model) => model.table), ...guardNames(schema, options)]
}
