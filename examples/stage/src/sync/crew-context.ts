/** Gives components the crew: who writes, who is signed in, and what they must be told. */
import { createContext, useContext } from 'react'
import type { SignedIn } from '../session.ts'
import type { Crew } from './crew.ts'
import type { Notices } from './notices.ts'

export interface CrewContext {
  readonly crew: Crew
  readonly notices: Notices
  readonly user: SignedIn
}

export const CrewProvider = createContext<CrewContext | undefined>(undefined)

/** The crew of whoever is signed in. */
export function useCrew(): CrewContext {
  const context = useContext(CrewProvider)
  if (!context) throw new Error('There is no crew above this component. Wrap the page in <CrewProvider>.')
  return context
}
