/** `syncline explain connections --url …`: who is connected to a running server, and subscribed to what. */
import { defineCommand } from 'citty'
import type { ConnectionInfo } from '../../server/explain/connections.ts'
import { explainFailure } from '../explain-failure.ts'
import { type Terminal, terminal } from '../terminal.ts'

interface ConnectionsArguments {
  readonly url: string
  readonly token?: string
  readonly user?: string
}

export const connectionsCommand = defineCommand({
  meta: { name: 'connections', description: 'Who is connected to a running server, and subscribed to what' },
  args: {
    url: {
      type: 'string',
      description: 'Address of the sync calls',
      default: 'http://localhost:4000/sync',
    },
    token: {
      type: 'string',
      description: 'The server’s `operatorToken`; SYNCLINE_OPERATOR_TOKEN otherwise',
    },
    user: { type: 'string', description: 'Only connections of the user with this id' },
  },
  async run({ args }) {
    process.exitCode = await runConnections(args, terminal)
  },
})

async function runConnections({ url, token, user }: ConnectionsArguments, to: Terminal): Promise<number> {
  try {
    const connections = await fetchConnections(url, token ?? process.env['SYNCLINE_OPERATOR_TOKEN'])
    const shown = connections.filter((connection) => user === undefined || connection.user === user)
    for (const connection of shown) to.out(lineOf(connection))
    if (shown.length === 0) {
      to.out(
        `Nobody${user === undefined ? '' : ` with id \`${user}\``} is connected: no page has opened its socket.`,
      )
    }
    return 0
  } catch (error) {
    to.error(explainFailure(error))
    return 1
  }
}

async function fetchConnections(url: string, token: string | undefined): Promise<readonly ConnectionInfo[]> {
  if (!token) {
    throw new Error(
      'No token is named. Give --token, or set SYNCLINE_OPERATOR_TOKEN, to the `operatorToken` of createSync.',
    )
  }
  const response = await fetch(`${url.replace(/\/$/, '')}/connections`, {
    headers: { authorization: `Bearer ${token}` },
  }).catch((error: unknown) => {
    throw new Error(`Nothing answers at ${url}. Start the server, or correct --url.`, { cause: error })
  })
  if (!response.ok) {
    throw new Error(
      `${url} answered ${response.status}. ${response.status === 401 ? 'The token is not the `operatorToken` of createSync: correct it.' : 'Is it the address of the sync calls, such as http://localhost:4000/sync?'}`,
    )
  }
  return ((await response.json()) as { readonly connections: readonly ConnectionInfo[] }).connections
}

function lineOf({ user, wire, address, isOpen, rows, markers }: ConnectionInfo): string {
  const parts = [
    markers.length === 0 ? '' : `markers of ${markers.join(', ')}`,
    rows.length === 0 ? '' : `rows of ${rows.join(', ')}`,
  ].filter((part) => part !== '')
  const what = parts.length === 0 ? 'subscribed to nothing' : parts.join('; ')
  return `${user}  /${wire} from ${address}  ${isOpen ? 'open' : 'not open'}  ${what}`
}
