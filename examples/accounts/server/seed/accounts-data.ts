/** What an empty database is filled with: the customers of a rental house for event technology, and who works there. */
import type { accountTypes, MemberRole } from '../choices.ts'

/** A person by id: name and address. */
export const seedPeople: Readonly<Record<string, readonly [name: string, address: string]>> = {
  ana: ['Ana Duarte', 'ana@crosslight.example'],
  ben: ['Ben Okafor', 'ben@crosslight.example'],
  cleo: ['Cleo Marchetti', 'cleo@crosslight.example'],
  agnes: ['Agnes Lindholm', 'agnes@quaysidestage.example'],
  torsten: ['Torsten Ek', 'torsten@quaysidestage.example'],
  saga: ['Saga Nyberg', 'saga@quaysidestage.example'],
  fiona: ['Fiona Baird', 'fiona@northernsessions.example'],
  callum: ['Callum Reid', 'callum@northernsessions.example'],
  isla: ['Isla Munro', 'isla@northernsessions.example'],
  ewan: ['Ewan Kerr', 'ewan@northernsessions.example'],
  luca: ['Luca Frei', 'luca.frei@helvion.example'],
  nadja: ['Nadja Brunner', 'nadja.brunner@helvion.example'],
  reto: ['Reto Caduff', 'reto.caduff@helvion.example'],
  priya: ['Priya Raman', 'priya@velodrometrust.example'],
  george: ['George Addo', 'george@velodrometrust.example'],
  hanneke: ['Hanneke de Wit', 'hanneke@polderradio.example'],
  joris: ['Joris Bakker', 'joris@polderradio.example'],
  mireille: ['Mireille Fabre', 'mireille@theatredesquais.example'],
  olivier: ['Olivier Sanz', 'olivier@theatredesquais.example'],
  yusuf: ['Yusuf Demir', 'yusuf@bosphorusfilm.example'],
  elif: ['Elif Kaya', 'elif@bosphorusfilm.example'],
  marta: ['Marta Kowalczyk', 'marta@kinowisla.example'],
  piotr: ['Piotr Zając', 'piotr@kinowisla.example'],
  amara: ['Amara Nwosu', 'amara@lagosjazz.example'],
  tunde: ['Tunde Balogun', 'tunde@lagosjazz.example'],
  sinead: ['Sinéad Walsh', 'sinead@harbourchoir.example'],
  declan: ['Declan Byrne', 'declan@harbourchoir.example'],
  ingrid: ['Ingrid Solheim', 'ingrid@solheim.example'],
  kenji: ['Kenji Morita', 'kenji@morita.example'],
  beatriz: ['Beatriz Lobo', 'beatriz@universidadedoporto.example'],
  diogo: ['Diogo Pires', 'diogo@universidadedoporto.example'],
  camille: ['Camille Perrin', 'camille@alpinefinals.example'],
}

export interface SeedAccount {
  readonly name: string
  readonly type: (typeof accountTypes)[number]
  readonly createdAt: string
  readonly members: Readonly<Record<string, MemberRole>>
}

/** The oldest first, so that ids rise with age as they would have. */
export const seedAccounts: readonly SeedAccount[] = [
  {
    name: 'Crosslight Rental',
    type: 'company',
    createdAt: '2024-02-05T08:12:00Z',
    members: { ana: 'owner', ben: 'admin', cleo: 'member' },
  },
  {
    name: 'Northern Sessions',
    type: 'company',
    createdAt: '2024-03-18T10:40:00Z',
    members: {
      fiona: 'owner',
      callum: 'admin',
      isla: 'member',
      ewan: 'member',
      ben: 'member',
      cleo: 'admin',
    },
  },
  {
    name: 'Helvion',
    type: 'company',
    createdAt: '2024-06-27T13:05:00Z',
    members: { luca: 'owner', nadja: 'admin', reto: 'member' },
  },
  {
    name: 'Quayside Stage',
    type: 'team',
    createdAt: '2024-09-11T07:55:00Z',
    members: { agnes: 'owner', torsten: 'member', saga: 'member', ben: 'owner' },
  },
  {
    name: 'Velodrome Trust',
    type: 'team',
    createdAt: '2025-01-20T15:30:00Z',
    members: { priya: 'owner', george: 'admin', cleo: 'owner' },
  },
  {
    name: 'Polder Radio',
    type: 'team',
    createdAt: '2025-04-02T09:21:00Z',
    members: { hanneke: 'owner', joris: 'member' },
  },
  {
    name: 'Théâtre des Quais',
    type: 'team',
    createdAt: '2025-07-14T16:48:00Z',
    members: { mireille: 'owner', olivier: 'admin' },
  },
  {
    name: 'Bosphorus Film Days',
    type: 'team',
    createdAt: '2025-10-30T11:10:00Z',
    members: { yusuf: 'owner', elif: 'admin', camille: 'member' },
  },
  {
    name: 'Kino Wisła',
    type: 'team',
    createdAt: '2026-01-09T12:02:00Z',
    members: { marta: 'owner', piotr: 'member' },
  },
  {
    name: 'Lagos Jazz Week',
    type: 'company',
    createdAt: '2026-03-23T14:37:00Z',
    members: { amara: 'owner', tunde: 'admin', kenji: 'member', sinead: 'member' },
  },
  {
    name: 'Harbour Choir',
    type: 'team',
    createdAt: '2026-06-15T18:20:00Z',
    members: { sinead: 'owner', declan: 'member' },
  },
  {
    name: 'Ingrid Solheim',
    type: 'personal',
    createdAt: '2026-08-31T06:44:00Z',
    members: { ingrid: 'owner' },
  },
  {
    name: 'Universidade do Porto, Media Lab',
    type: 'team',
    createdAt: '2026-10-12T09:58:00Z',
    members: { beatriz: 'owner', diogo: 'admin' },
  },
]
