/**
 * The stage server as a process of its own, which a test can kill: `DATABASE_URL` and `PORT` say what and where,
 * `MIGRATED` that the database is migrated.
 */
import { serve } from './stage-fixture.ts'

const isMigrated = process.env['MIGRATED'] === 'yes'
const { port } = await serve({ url: process.env['DATABASE_URL'] as string }, Number(process.env['PORT']), {
  isMigrated,
})
process.stdout.write(`ready at ${port}\n`)
