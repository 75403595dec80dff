/**
 * Who may read and write what: administrators everything, everybody else the productions whose crew they are on.
 *
 * What belongs to a production is read by its readers and written by its crew; a viewer only reads. The equipment
 * library is read by everybody, and written by everybody except that only administrators take something out of it.
 * The rules ask the tables at every write and after every change of them, so a right that is taken away ends at once
 * (A2).
 */
import { type Access, type Sql, sql, through, type User } from 'syncline/server'
import type { schema } from '../schema.ts'

const isAdmin = (user: User) => sql`exists (select 1 from users u where u.id = ${user.id} and u.is_admin)`

const isMember = (user: User, productionId: Sql, role = sql`true`) => sql`exists (
  select 1 from production_members m
  where m.production_id = ${productionId} and m.user_id = ${user.id} and ${role})`

/** Everything of a production's, except that it cannot be moved to another. */
const byTheCrew = { create: ['*', 'productionId'], update: true, delete: true } as const

/** The same for what may be a piece of the equipment library. */
const withEquipment = {
  create: ['*', 'productionId', 'equipmentId'],
  update: ['*', 'equipmentId'],
  delete: true,
} as const

export const access: Access<typeof schema> = {
  production: {
    accessibleBy: (user, production) => sql`${isAdmin(user)} or ${isMember(user, production.id)}`,
    create: isAdmin,
    write: {
      create: true,
      update: true,
      delete: isAdmin,
      when: (user, production) =>
        sql`${isAdmin(user)} or ${isMember(user, production.id, sql`m.role = 'crew'`)}`,
    },
  },
  checklistItem: through('production', { write: byTheCrew }),
  camera: through('production', { write: byTheCrew }),
  ccu: through('production', { write: withEquipment }),
  source: through('production', { write: byTheCrew }),
  send: through('production', { write: byTheCrew }),
  connection: through('production', { write: byTheCrew }),
  cableSnake: through('production', { write: byTheCrew }),
  switcher: through('production', { write: withEquipment }),
  ledScreen: through('production', { write: withEquipment }),
  mediaServer: through('production', { write: withEquipment }),
  projectionScreen: through('production', { write: withEquipment }),
  record: through('production', { write: withEquipment }),
  router: through('production', { write: withEquipment }),
  stream: through('production', { write: withEquipment }),
  productionMember: {
    write: { create: ['*', 'productionId'], update: ['role'], delete: true, when: isAdmin },
  },
  equipment: {
    accessibleBy: () => true,
    all: () => true,
    write: { create: true, update: true, delete: isAdmin },
  },
  person: { accessibleBy: () => true, all: () => true },
}
