/** What the server sends: props of the pages, in the server's names. */
import type { AccountDetails, AccountProps, AccountUserProps } from '../server/accounts.ts'

export type { AccountDetails, AccountProps, AccountUserProps }

/** Who is signed in. */
export interface SignedIn {
  readonly id: string
  readonly name: string
  readonly site_admin: boolean
}

/** Somebody who can sign in. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly job: string
}

/** Sentences by form field. */
export type Errors = Readonly<Record<string, string | undefined>>
