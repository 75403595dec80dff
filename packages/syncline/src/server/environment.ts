/**
 * What the environment says in one of several names. Beside ours stand those that other servers read, so that one may
 * take the place of another with the environment it has; where both are set, ours counts.
 *
 *   DATABASE_URL      or POSTGRES_HOST with POSTGRES_PORT, POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD
 *   SYNCLINE_SECRET   or JWT_SECRET
 *   CORS_ORIGIN       origins, with commas between them
 */

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The connection string of the database; undefined when the environment names none. Throws a `TypeError` for a port that
 * is none.
 */
export function databaseUrl(environment: Environment = process.env): string | undefined {
  return valueOf(environment, 'DATABASE_URL') ?? urlOfParts(environment)
}

/** Other programs set the parts too, such as a database's own image: only with a host do they name a server. */
function urlOfParts(environment: Environment): string | undefined {
  const host = valueOf(environment, 'POSTGRES_HOST')
  if (host === undefined) return undefined
  const user = valueOf(environment, 'POSTGRES_USER') ?? 'postgres'
  const password = valueOf(environment, 'POSTGRES_PASSWORD')
  const database = valueOf(environment, 'POSTGRES_DB') ?? user
  const login = [user, password].flatMap((part) => (part === undefined ? [] : encodeURIComponent(part)))
  // A folder is that of a socket on the same machine.
  const [place, rest] = host.startsWith('/')
    ? ['', `&host=${encodeURIComponent(host)}`]
    : [hostText(host), '']
  const query = `port=${portOf(environment)}${rest}`
  return `postgres://${login.join(':')}@${place}/${encodeURIComponent(database)}?${query}`
}

const hostText = (host: string) => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host)

function portOf(environment: Environment): number {
  const text = valueOf(environment, 'POSTGRES_PORT') ?? '5432'
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port
  throw new TypeError(
    `The environment’s POSTGRES_PORT is \`${text}\`, which is no port. Give a whole number from 1 to 65535, or leave it out for 5432.`,
  )
}

/** The server's secret and the variable that it comes from; undefined when the environment has none. */
export function environmentSecret(
  environment: Environment = process.env,
): { readonly variable: string; readonly secret: string } | undefined {
  for (const variable of ['SYNCLINE_SECRET', 'JWT_SECRET']) {
    const secret = valueOf(environment, variable)
    if (secret !== undefined) return { variable, secret }
  }
  return undefined
}

/** The origins whose pages may ask, as `origins` of `createSync` takes them. Throws a `TypeError` for what is none. */
export function environmentOrigins(environment: Environment): readonly string[] {
  const names = valueOf(environment, 'CORS_ORIGIN')?.split(',') ?? []
  return names.map((name) => originOf(name.trim())).filter((origin) => origin !== '')
}

function originOf(name: string): string {
  if (name === '' || name === '*' || (URL.canParse(name) && new URL(name).origin === name)) return name
  const meant =
    URL.canParse(name) && new URL(name).origin !== 'null' ? new URL(name).origin : 'https://app.example'
  throw new TypeError(
    `The environment’s CORS_ORIGIN names \`${name}\`, which is no origin. Give origins such as \`${meant}\`, with commas between them, or \`*\`.`,
  )
}

/** An empty variable is how many tools unset one. */
function valueOf(environment: Environment, variable: string): string | undefined {
  return environment[variable]?.trim() || undefined
}
