/**
 * An application that has `syncline` installed as the README says: from the file that `npm run pack` makes, and outside
 * the repository, so that it finds nothing that npm would not have installed for it.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const packageFolder = join(root, 'packages/syncline')

interface Manifest {
  readonly name: string
  readonly dependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>
  readonly exports?: Record<string, unknown>
}

/** Makes a folder with `syncline` and these packages in its `node_modules`; resolves with its path. */
export function makePackedApplication(...packages: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-application-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const installed = join(folder, 'node_modules/syncline')
  mkdirSync(installed, { recursive: true })
  const file = join(folder, pack(folder))
  execFileSync('tar', ['-xzf', file, '-C', installed, '--strip-components=1'])
  for (const name of [...namesNeededBy(installed), ...packages]) copyPackage(name, folder)
  return folder
}

/** Packs the built library into `folder`; returns the file's name. */
export function pack(folder: string): string {
  const args = ['pack', '--silent', '--pack-destination', folder]
  return execFileSync('npm', args, { cwd: packageFolder, encoding: 'utf8' }).trim()
}

/** The names under which an application can import `syncline`. */
export function entryPoints(application: string): string[] {
  const { exports = {} } = manifestOf(join(application, 'node_modules/syncline'))
  const paths = Object.keys(exports).filter((path) => !path.endsWith('.json'))
  return paths.map((path) => join('syncline', path))
}

/** Copies a package of the repository and all that it needs: a link would lead back to the repository's. */
function copyPackage(name: string, folder: string): void {
  const target = join(folder, 'node_modules', name)
  if (existsSync(target)) return
  cpSync(join(root, 'node_modules', name), target, { recursive: true })
  for (const needed of namesNeededBy(target)) {
    if (!existsSync(join(target, 'node_modules', needed))) copyPackage(needed, folder)
  }
}

function namesNeededBy(folder: string): string[] {
  const { dependencies, peerDependencies, peerDependenciesMeta } = manifestOf(folder)
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional)
  return [...Object.keys(dependencies ?? {}), ...peers]
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}
