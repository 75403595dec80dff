/** Everything that the examples synchronise: one database, one server, one schema. */
import { defineSchema } from 'syncline'
import { accountsModels, accountsRelations, personOptions } from '../accounts/server/models.ts'
import { declaration as stage } from '../stage/schema.ts'

const { person, ...stageModels } = stage.models

export const schema = defineSchema({
  ...stage,
  models: {
    ...stageModels,
    ...accountsModels,
    person: { ...person, options: { ...person.options, ...personOptions } },
  },
  relations: accountsRelations,
})
