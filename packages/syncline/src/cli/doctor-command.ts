/** `syncline doctor`: looks over settings, database, declaration and a running server, and says what to mend. */
import { defineCommand } from 'citty'
import { readSettings } from '../gateways/settings.ts'
import { diagnose, type Finding } from '../server/explain/diagnose.ts'
import { examineServer } from './doctor/examine-server.ts'
import { explainFailure } from './explain-failure.ts'
import { DATABASE_ARGUMENT, openSubject, SCHEMA_ARGUMENT, type SubjectArguments } from './explain/subject.ts'
import { type Terminal, terminal } from './terminal.ts'

interface DoctorArguments extends SubjectArguments {
  readonly url?: string
}

export const doctorCommand = defineCommand({
  meta: { name: 'doctor', description: 'Looks for what keeps pages from refreshing, and says what to mend' },
  args: {
    schema: SCHEMA_ARGUMENT,
    database: DATABASE_ARGUMENT,
    url: {
      type: 'string',
      description: 'Address of a running server whose sockets are tried too',
      valueHint: 'http://localhost:4000',
    },
  },
  async run({ args }) {
    process.exitCode = await runDoctor(args, terminal)
  },
})

/** Exit code 1 when something is bad. */
async function runDoctor(args: DoctorArguments, to: Terminal): Promise<number> {
  const findings = [
    ...examineSettings(process.env),
    ...(await examined(args)),
    ...(args.url === undefined ? [] : await examineServer(args.url)),
  ]
  for (const { is, about, message } of findings) to.out(`${SIGNS[is]}  ${about}: ${message}`)
  const count = findings.filter(({ is }) => is === 'bad').length
  to.out(count === 0 ? 'Nothing is wrong.' : `${count} to mend.`)
  return count === 0 ? 0 : 1
}

const SIGNS: Readonly<Record<Finding['is'], string>> = { well: 'ok  ', note: 'note', bad: 'BAD ' }

async function examined(args: SubjectArguments): Promise<readonly Finding[]> {
  try {
    const { declaration, database } = await openSubject(args)
    try {
      return await diagnose({ ...declaration, database })
    } finally {
      await database.close()
    }
  } catch (error) {
    return [{ is: 'bad', about: 'database', message: explainFailure(error) }]
  }
}

function examineSettings(environment: NodeJS.ProcessEnv): Finding[] {
  try {
    const { enabled, limits, client } = readSettings({}, environment)
    if (enabled === false) {
      const message =
        'SYNC_ENABLED (or ENABLE_SYNC) turns sync off: pages work, and hear of nothing. Set it to true, or leave it out.'
      return [{ is: 'bad', about: 'settings', message }]
    }
    const message = `Sync is on; markers are collected for ${client.debounceMs} ms, ${limits.channelsPerConnection} channels a connection.`
    return [{ is: 'well', about: 'settings', message }]
  } catch (error) {
    return [{ is: 'bad', about: 'settings', message: (error as Error).message }]
  }
}
