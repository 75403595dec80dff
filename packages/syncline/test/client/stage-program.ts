/** The stage server as a process of its own, which a test can kill: `DATABASE_URL` and `PORT` say what and where. */
import { serve } from './stage-fixture.ts'

const { port } = await serve({ url: process.env['DATABASE_URL'] as string }, Number(process.env['PORT']))
process.stdout.write(`ready at ${port}\n`)
