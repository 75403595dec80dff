/**
 * Who may read and write what: administrators everything, everybody else the productions whose crew they are on.
 *
 * What belongs to a production is read by its readers and written by its crew; a viewer only reads.
 */
import { type Access, type Sql, sql, through, type User } from 'syncline/server'
import type { schema } from '../schema.ts'

/** A user of this example, as its sessions know them. */
export interface StageUser extends User {
  readonly name: string
  readonly isAdmin: boolean
}

const isMember = (user: User, productionId: Sql, role = sql`true`) => sql`exists (
  select 1 from production_members m
  where m.production_id = ${productionId} and m.user_id = ${user.id} and ${role})`

export const access: Access<typeof schema, StageUser> = {
  production: {
    accessibleBy: (user, production) => (user.isAdmin ? sql.all : isMember(user, production.id)),
    create: (user) => user.isAdmin,
    write: {
      create: true,
      update: true,
      when: (user, production) => user.isAdmin || isMember(user, production.id, sql`m.role = 'crew'`),
    },
  },
  camera: through('production', { write: { create: ['*', 'productionId'], update: true, delete: true } }),
  checklistItem: through('production', {
    write: { create: ['*', 'productionId'], update: true, delete: true },
  }),
  productionMember: {
    write: {
      create: ['*', 'productionId'],
      update: ['role'],
      delete: true,
      when: (user) => user.isAdmin,
    },
  },
}
