/** What went wrong between a command and its database, in words that say what to do. */

interface Failure {
  readonly code?: string
  readonly message?: string
  readonly errors?: readonly Failure[]
}

const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'No server listens there. Start it, or correct host and port in --database or DATABASE_URL.',
  ENOTFOUND: 'The host is not known. Correct it in --database or DATABASE_URL.',
  EAI_AGAIN:
    'The name of the host cannot be looked up now. Check the network, or correct the host in --database.',
  ETIMEDOUT: 'Nothing answers there. Check host, port and firewall.',
  ECONNRESET: 'The server broke off. It may demand TLS: add ?sslmode=require to the address.',
  '28P01': 'Correct the password in --database or DATABASE_URL.',
  '28000': 'Name a role that may log in, and use TLS if the server demands it (?sslmode=require).',
  '3D000': 'Correct the name of the database in --database or DATABASE_URL, or create it.',
  '42501':
    "The role lacks a right. Use the role that owns the tables, or let it grant: `grant create on database … to …`, and make the role a member of the tables' owner.",
}

/** One text for an error of a driver or of ours. */
export function explainFailure(error: unknown): string {
  const failure = (error ?? {}) as Failure
  const inner = failure.errors?.[0] ?? failure
  const code = failure.code ?? inner.code ?? ''
  const remedy = Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : undefined
  const fact = failure.message || inner.message || String(error)
  if (remedy === undefined) return fact
  return `The database cannot be used: ${fact.replace(/\.$/, '')}. ${remedy}`
}
