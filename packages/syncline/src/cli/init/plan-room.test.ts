import { expect, test } from 'vitest'
import { planRoom } from './plan-room.ts'
import type { ModelPlan } from './plan.ts'

/** Models from their references: `petId` leads to `pet`, `vetId?` may be null. */
function modelsOf(references: Readonly<Record<string, readonly string[]>>): ModelPlan[] {
  return Object.entries(references).map(([name, fields]) => ({
    name,
    fields: fields.map((field) => ({
      name: field.replace('?', ''),
      target: field.replace(/Id\??$/, ''),
      nullable: field.endsWith('?'),
    })),
  })) as unknown as ModelPlan[]
}

function planned(references: Readonly<Record<string, readonly string[]>>) {
  const members = planRoom(modelsOf(references))?.members ?? []
  return Object.fromEntries(members.map(({ model, path, notes }) => [model, [path.join('.'), ...notes]]))
}

test('a longer way that no null can cut is taken before a shorter one', () => {
  const members = planned({
    clinic: [],
    owner: ['clinicId'],
    pet: ['ownerId'],
    vet: ['clinicId'],
    visit: ['vetId?', 'petId'],
  })

  expect(members['visit']).toEqual(['petId.ownerId.clinicId', 'guess: `vetId` would lead there too.'])
})

test('where every way may be null, the shortest is a guess that says whose records are in no room', () => {
  const members = planned({
    clinic: [],
    vet: ['clinicId'],
    visit: ['vetId?'],
    bill: ['visitId'],
    note: ['visitId', 'vetId?'],
  })

  expect(members).toEqual({
    vet: ['clinicId'],
    visit: ['vetId.clinicId', 'guess: a record without `vetId` is in no room.'],
    note: ['vetId.clinicId', 'guess: a record without `vetId` is in no room.'],
    bill: ['visitId.vetId.clinicId', 'guess: a record whose `visitId` is in no room is in none either.'],
  })
})
