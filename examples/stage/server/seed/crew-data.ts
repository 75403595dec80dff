/**
 * What an empty database is filled with: four events of one crew, their cameras and their checklists.
 *
 * One file an event. Nothing here is read again once the database has productions.
 */
import { annualMeeting } from './crew/annual-meeting.ts'
import type { SeedProduction } from './crew/seed-production.ts'
import { harbourLights } from './crew/harbour-lights.ts'
import { northernSessions } from './crew/northern-sessions.ts'
import { velodromeFinals } from './crew/velodrome-finals.ts'

/** A person who can sign in. */
export interface SeedUser {
  readonly id: string
  readonly name: string
  readonly job: string
  readonly isAdmin: boolean
}

export const seedUsers: readonly SeedUser[] = [
  { id: 'ana', name: 'Ana Duarte', job: 'Technical director', isAdmin: true },
  { id: 'ben', name: 'Ben Okafor', job: 'Vision engineer', isAdmin: false },
  { id: 'cleo', name: 'Cleo Marchetti', job: 'Camera supervisor', isAdmin: false },
]

export const seedProductions: readonly SeedProduction[] = [
  harbourLights,
  northernSessions,
  velodromeFinals,
  annualMeeting,
]
