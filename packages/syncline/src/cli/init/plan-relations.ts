/** Gives every reference its way back: hasMany, hasOne, and manyToMany through a model that joins two others. */
import { codeName, freeName, pluralName } from './code-name.ts'
import type { FieldPlan, ModelPlan, RelationPlan } from './plan.ts'

/** Makes the relations that references do not give by themselves. */
export function planRelations(models: readonly ModelPlan[]): RelationPlan[] {
  const relations: RelationPlan[] = []
  const add = (
    from: ModelPlan,
    wanted: readonly [string, ...string[]],
    rest: Omit<RelationPlan, 'from' | 'name'>,
  ) => {
    const taken = (candidate: string) => isTaken(from, relations, candidate)
    const name = wanted.find((candidate) => !taken(candidate)) ?? freeName(wanted[0], taken)
    relations.push({ from: from.name, name, ...rest })
  }
  for (const child of models) {
    for (const reference of referencesOf(child)) {
      const parent = models.find(({ name }) => name === reference.target) as ModelPlan
      const isSingle = isUnique(child, [reference.column])
      const siblings = referencesOf(child).filter(({ target }) => target === parent.name)
      add(parent, namesBack(child, parent, reference, isSingle), {
        kind: isSingle ? 'hasOne' : 'hasMany',
        target: child.name,
        ...(siblings.length > 1 && { by: reference.name }),
      })
    }
  }
  for (const junction of models) {
    const [one, other] = joined(models, junction)
    if (one === undefined || other === undefined) continue
    add(one, [manyOf(other)], { kind: 'manyToMany', target: other.name, through: junction.name })
    add(other, [manyOf(one)], { kind: 'manyToMany', target: one.name, through: junction.name })
  }
  return models.flatMap(({ name }) => relations.filter(({ from }) => from === name))
}

/** The references of a model, in order. */
export function referencesOf(model: ModelPlan): (FieldPlan & { readonly target: string })[] {
  return model.fields.filter((field): field is FieldPlan & { target: string } => field.target !== undefined)
}

function isTaken(from: ModelPlan, relations: readonly RelationPlan[], name: string): boolean {
  return (
    name in Object.prototype ||
    from.fields.some((field) => field.name === name || field.name === `${name}Id`) ||
    relations.some((relation) => relation.from === from.name && relation.name === name)
  )
}

/** `language.films`, and for the second reference of a film to a language `language.filmsByOriginalLanguage`. */
function namesBack(
  child: ModelPlan,
  parent: ModelPlan,
  reference: FieldPlan,
  isSingle: boolean,
): [string, ...string[]] {
  const role = reference.name.replace(/Id$/, '')
  if (child === parent && role === 'parent') return isSingle ? ['child'] : ['children']
  const plain = isSingle ? child.name : manyOf(child)
  const exact = `${plain}By${role.charAt(0).toUpperCase()}${role.slice(1)}`
  const siblings = referencesOf(child).filter(({ target }) => target === parent.name)
  const isPlain = child !== parent && (siblings.length === 1 || role === parent.name)
  return isPlain ? [plain, exact] : [exact]
}

/** A table's own name when it is a plural, else one made from the model's. */
function manyOf(model: ModelPlan): string {
  const own = codeName(model.source.name)
  return own === model.name ? pluralName(model.name) : own
}

/** The two models that a junction joins: it has one reference to each, and joins the same two records once. */
function joined(models: readonly ModelPlan[], junction: ModelPlan): (ModelPlan | undefined)[] {
  const references = referencesOf(junction)
  const [first, second] = references
  if (references.length !== 2 || first?.target === second?.target) return []
  const columns = references.map(({ column }) => column)
  return isUnique(junction, columns)
    ? references.map(({ target }) => models.find(({ name }) => name === target))
    : []
}

function isUnique({ source }: ModelPlan, columns: readonly string[]): boolean {
  return source.uniques.some(
    (key) => key.length === columns.length && columns.every((column) => key.includes(column)),
  )
}
