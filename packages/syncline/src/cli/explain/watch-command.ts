/** `syncline explain watch`: every broadcast as it happens, read from the log beside the server. */
import { randomBytes } from 'node:crypto'
import { defineCommand } from 'citty'
import { createSync } from '../../gateways/create-sync.ts'
import { explainFailure } from '../explain-failure.ts'
import { consoleLogger } from '../serve/console-logger.ts'
import { type Terminal, terminal } from '../terminal.ts'
import { DATABASE_ARGUMENT, openSubject, SCHEMA_ARGUMENT, type SubjectArguments } from './subject.ts'

export const watchCommand = defineCommand({
  meta: { name: 'watch', description: 'Shows every broadcast as it happens, until it is stopped' },
  args: { schema: SCHEMA_ARGUMENT, database: DATABASE_ARGUMENT },
  async run({ args }) {
    process.exitCode = await runWatch(args, terminal)
  },
})

async function runWatch(args: SubjectArguments, to: Terminal): Promise<number> {
  try {
    const { declaration, database } = await openSubject(args)
    const sync = createSync({
      schema: declaration.schema,
      database,
      access: (declaration.access ?? {}) as never,
      // Nobody connects to this one: it only reads the log.
      authenticate: () => null,
      secret: randomBytes(32).toString('base64url'),
      logger: consoleLogger(to),
    })
    sync.explain.onBroadcast(({ channel, action, props, record }) =>
      to.out(`${channel}  ${action}${props.length === 0 ? '' : ` of ${props.join(', ')}`}  (${record})`),
    )
    await sync.ready
    to.error('Watching the log. Change something; Ctrl-C ends it.')
    await untilStopped()
    await sync.close({ graceMs: 0 })
    return 0
  } catch (error) {
    to.error(explainFailure(error))
    return 1
  }
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
