/** Writes what a command made, and never over what a person wrote unless told to. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Throws when there is a file and `force` does not allow to replace it. */
export function refuseExisting(file: string, force: boolean): void {
  if (force || !existsSync(file)) return
  throw new Error(
    `${file} exists, and nothing was written. Write elsewhere with --out path/to/schema.ts, replace it with --force, or look first with --print.`,
  )
}

/** Writes the text, with the folders that it needs. */
export function writeText(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}
