/** Writes `docs/errors.md` from the table of errors. */
import { ERRORS, type ErrorEntry, type Retry } from '../../src/protocol/errors.ts'

const ADVICE: Readonly<Record<Retry, string>> = {
  fix: 'The request is at fault: sent again unchanged, it is refused again.',
  wait: 'It passes: try again, after `retryAfterMs` where that is given.',
  reconnect: 'Connect again; the session continues from its cursors.',
  'sign-in': 'Sign in again, or renew the token.',
  update: 'A newer version of the app is needed.',
  ask: 'A person decides.',
}

export function errorsPage(): string {
  return [
    '# Errors',
    '',
    '<!-- Generated from packages/syncline/src/protocol/errors.ts; see CONTRIBUTING.md. Do not edit. -->',
    '',
    'One table for every wire. `code` is stable; the message that comes with it names the case: fact, value, remedy.',
    'The close code is that of a WebSocket which the error ends.',
    '',
    '| code | HTTP | close | retry | meaning |',
    '|---|---|---|---|---|',
    ...Object.entries<ErrorEntry>(ERRORS).map(
      ([code, { status, close, retry, text }]) =>
        `| \`${code}\` | ${status} | ${close ?? ''} | ${retry} | ${text} |`,
    ),
    '',
    '## Retry advice',
    '',
    '| advice | means |',
    '|---|---|',
    ...Object.entries(ADVICE).map(([advice, meaning]) => `| ${advice} | ${meaning} |`),
    '',
  ].join('\n')
}
