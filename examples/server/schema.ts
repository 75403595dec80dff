/** Everything that the examples synchronise: one database, one server, one schema. */
import { defineSchema } from 'syncline'
import { accountsModels, accountsRelations } from '../accounts/server/models.ts'
import { declaration as stage } from '../stage/schema.ts'

export const schema = defineSchema({
  ...stage,
  models: { ...stage.models, ...accountsModels },
  relations: accountsRelations,
})
