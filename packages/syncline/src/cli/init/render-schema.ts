/** Writes the plan as `schema.ts`: code that a person reads, corrects and keeps, with a line of reason for every guess. */
import { comment, text } from './code-text.ts'
import { optionsOf } from './declare-plan.ts'
import type { MemberPlan, ModelPlan, RelationPlan, RoomPlan, SchemaPlan } from './plan.ts'
import { callsIn, renderField } from './render-field.ts'

/** The whole file. `origin` names the database that it was made from. */
export function renderSchema(plan: SchemaPlan, origin: string): string {
  const body = [
    'export const schema = defineSchema({',
    '  models: {',
    plan.models.map((model) => renderModel(model, plan)).join('\n\n'),
    '  },',
    ...renderRelations(plan.relations),
    ...renderRoom(plan.room),
    '})',
  ]
  return [header(plan, origin), imports(plan), '', ...body, ''].join('\n')
}

function header({ leftOut, room, models }: SchemaPlan, origin: string): string {
  const lines = [
    `What synchronises of the database ${origin}. Made by \`syncline init\`; yours to change.`,
    '',
    'Lines that begin with "guess" say what was assumed and why. Delete what should not synchronise: a table',
    'that is not declared here is not touched. `npx syncline migrate --print` shows what the database gets.',
    ...changeTimes(models),
    ...(room === undefined ? ['', 'No room was found: no model leads to another by a reference.'] : []),
    ...(leftOut.length === 0 ? [] : ['', 'Left out:']),
    ...leftOut.map(({ what, why }) => `- ${what}: ${why}`),
  ]
  return ['/**', ...comment(lines, ' *', 110), ' */'].join('\n')
}

function changeTimes(models: readonly ModelPlan[]): string[] {
  const columns = [...new Set(models.map(({ updatedAt }) => updatedAt))].filter((name) => name !== undefined)
  if (columns.length === 0) return []
  const named = columns.map((name) => `\`${name}\``).join(', ')
  return [
    '',
    `guess: ${named} is when a row was last changed; Syncline sets it when a writer does not (updatedAt).`,
  ]
}

function imports({ models, relations, room }: SchemaPlan): string {
  const used = new Set([
    'defineSchema',
    'model',
    ...relations.map(({ kind }) => kind),
    ...(room === undefined ? [] : ['room']),
    ...models.flatMap(({ fields }) => fields.flatMap(callsIn)),
  ])
  const names = [...used].sort()
  const line = `import { ${names.join(', ')} } from 'syncline'`
  return line.length <= 110
    ? line
    : `import {\n${names.map((name) => `  ${name},\n`).join('')}} from 'syncline'`
}

const UNREACHED =
  'in no room and not shared, so devices do not hold its records: lead it to a room by a reference, or add shared: true.'

function renderModel(model: ModelPlan, { shared, room }: SchemaPlan): string {
  const sharedFor = shared.get(model.name)
  const isInRoom = room?.root === model.name || room?.members.some((member) => member.model === model.name)
  const notes = [...model.notes, ...(sharedFor === undefined ? (isInRoom ? [] : [UNREACHED]) : [sharedFor])]
  const options = Object.entries(optionsOf(model, sharedFor !== undefined)).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? text(value) : String(value)}`,
  )
  const fields = model.source.columns.flatMap(({ name }) => [
    ...model.fields.filter(({ column }) => column === name).flatMap(renderField),
    ...model.leftOut
      .filter(({ what }) => what === name)
      .flatMap(({ what, why }) => comment([`left out: ${what}, ${why}`], '      //')),
  ])
  return [
    ...comment(notes, '    //'),
    `    ${model.name}: model(`,
    `      ${text(model.table)},`,
    ...(fields.length === 0 ? ['      {},'] : ['      {', ...fields.map((line) => `  ${line}`), '      },']),
    ...(options.length === 0 ? [] : [`      { ${options.join(', ')} },`]),
    '    ),',
  ].join('\n')
}

function renderRelations(relations: readonly RelationPlan[]): string[] {
  if (relations.length === 0) return []
  const models = [...new Set(relations.map(({ from }) => from))]
  return [
    '  relations: {',
    ...models.flatMap((model) => [
      `    ${model}: {`,
      ...relations.filter(({ from }) => from === model).map(renderRelation),
      '    },',
    ]),
    '  },',
  ]
}

function renderRelation({ name, kind, target, by, through }: RelationPlan): string {
  const options = [
    ...(through === undefined ? [] : [`through: ${text(through)}`]),
    ...(by === undefined ? [] : [`by: ${text(by)}`]),
  ]
  const rest = options.length === 0 ? '' : `, { ${options.join(', ')} }`
  return `      ${name}: ${kind}(${text(target)}${rest}),`
}

function renderRoom(room: RoomPlan | undefined): string[] {
  if (room === undefined) return []
  return [
    '  rooms: {',
    ...comment(
      [room.reason, 'A device that joins a room gets all of it: choose what a person works in.'],
      '    //',
    ),
    `    ${room.root}: room({`,
    ...room.members.flatMap(renderMember),
    '    }),',
    '  },',
  ]
}

function renderMember({ model, path, notes }: MemberPlan): string[] {
  return [...comment(notes, '      //'), `      ${model}: ${text(path.join('.'))},`]
}
