/** `syncline dev`: migrates and serves a schema on this machine, and starts again when its files change. */
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { defineCommand } from 'citty'
import { environmentSecret } from '../server/environment.ts'
import { accessFile, schemaFile } from './load-declaration.ts'
import { localFiles } from './serve/local-files.ts'
import { MENDABLE, serveForDevelopment } from './serve/serve-for-development.ts'
import { supervise } from './serve/supervise.ts'
import { type Terminal, terminal } from './terminal.ts'

export const devCommand = defineCommand({
  meta: {
    name: 'dev',
    description: 'Migrates and serves a schema for development; starts again when its files change',
  },
  args: {
    schema: {
      type: 'string',
      description: 'Module that exports `schema`; `access` and `authenticate` may be in access.ts beside it',
      valueHint: 'path',
    },
    database: {
      type: 'string',
      description:
        'Connection string, or folder of the embedded database; DATABASE_URL or DATA_DIR otherwise, else ./data',
      valueHint: 'url',
    },
    port: { type: 'string', description: 'Port of 127.0.0.1 to listen on', default: '4000' },
    open: { type: 'boolean', description: 'Let everybody on this machine read and write everything' },
    'add-columns': { type: 'boolean', description: 'Add declared columns that existing tables lack' },
    origin: {
      type: 'string',
      description: 'Origins whose pages may use a cookie, separated by commas',
      valueHint: 'origins',
    },
    watch: { type: 'boolean', description: 'Start again when a file changes', default: true },
  },
  async run({ args, rawArgs }) {
    const secret = environmentSecret()?.secret ?? randomBytes(32).toString('base64url')
    process.exitCode = args.watch
      ? await superviseDev(args.schema, rawArgs, secret, terminal)
      : await serveForDevelopment(args, secret, terminal)
  },
})

async function superviseDev(
  schema: string | undefined,
  rawArgs: readonly string[],
  secret: string,
  to: Terminal,
): Promise<number> {
  try {
    const file = schemaFile(schema)
    return await supervise(
      {
        args: ['dev', ...rawArgs, '--no-watch'],
        // One secret for all runs, so that a restart ends no cursor.
        environment: { SYNCLINE_SECRET: secret },
        // Rules that are yet to be written are waited for too.
        files: () => localFiles([file, accessFile(file) ?? join(dirname(file), 'access.ts')]),
        mendable: MENDABLE,
      },
      to,
    )
  } catch (error) {
    to.error((error as Error).message)
    return 1
  }
}
