/** How long texts may be: the validators of the schema, and what the page says. */

/** Of a name, in letters: more than a call sheet has room for. */
export const NAME_LETTERS = 120

/** Of every other text, in letters. */
export const TEXT_LETTERS = 2_000

/** A validator for names, as Standard Schema has them. */
export const nameLength = {
  '~standard': {
    version: 1,
    vendor: 'stage',
    validate: (value: unknown) =>
      typeof value === 'string' && value.length <= NAME_LETTERS
        ? { value }
        : { issues: [{ message: `It is a text of at most ${NAME_LETTERS} letters.` }] },
  },
} as const
