/** Thrown by `defineSchema`: lists everything that is wrong with a declaration at once. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
  /** One sentence or two each: what is wrong, where, and what to write instead. */
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`
    super(`The schema has ${count}:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`)
    this.mistakes = mistakes
  }
}
