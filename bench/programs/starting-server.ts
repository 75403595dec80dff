/** G13: the shortest server of an application, over a database that was migrated before; answers its port. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSync, jwt, postgres } from 'syncline/server'
import { serve } from '../harness/child.ts'
import { access, schema } from '../harness/stage.ts'
import { TOKEN_SECRET } from '../harness/token.ts'

const sync = createSync({
  schema,
  access,
  database: postgres(process.env['DATABASE_URL'] ?? ''),
  authenticate: jwt({ secret: TOKEN_SECRET }),
  secret: 'seals the cursors of a benchmark',
})
const server = createServer()
sync.attach(server)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

serve(() => Promise.resolve((server.address() as AddressInfo).port))
