/** The secrets of a server: those that seal cursors, and what its log says of any that is short. */
import { type Environment, environmentSecret } from '../server/environment.ts'
import type { Authenticate } from '../server/identity.ts'
import type { Logger } from '../server/logger.ts'
import { isEmptySecret, MAKE_SECRET, secretWarnings } from '../server/secrets.ts'

/** The given secrets, or the environment's. Throws a `TypeError` when there is none, or an empty one. */
export function readSecrets(
  given: string | readonly string[] | undefined,
  environment: Environment,
  authenticate: readonly Authenticate[],
  log: Pick<Logger, 'warn'>,
): readonly string[] {
  const found = given === undefined ? environmentSecret(environment) : undefined
  const secrets = [given ?? found?.secret ?? []].flat()
  if (isEmptySecret(secrets)) {
    const fact = given === undefined ? 'is missing' : 'is empty'
    throw new TypeError(
      `\`secret\` ${fact}. Give ${MAKE_SECRET} as createSync({ secret }) or SYNCLINE_SECRET: cursors are sealed with it.`,
    )
  }
  const own = secretWarnings(found?.variable ?? '`secret` of createSync()', secrets)
  for (const warning of [...own, ...authenticate.flatMap(({ warnings = [] }) => warnings)])
    log.warn({}, warning)
  return secrets
}
