/** Where the cursor stands when somebody else has changed the text around it. */
import { expect, test } from 'vitest'
import { placeAfter } from '../src/fields/caret.ts'

test.each([
  ['what is in front of a change', 'two|-shot of presenters', 'two-shot of winners', 'two|-shot of winners'],
  [
    'what is behind a change',
    'two-shot| of presenters',
    'a two-shot of presenters',
    'a two-shot| of presenters',
  ],
  ['the end', 'House band|', 'The house band, seated', 'The house band, seated|'],
  ['the beginning', '|House band', 'Choir', '|Choir'],
  ['inside of what was replaced', 'Camera th|ree', 'Camera 3', 'Camera 3|'],
  ['an empty text', '|', 'Theirs', 'Theirs|'],
])('R4: a cursor keeps its place: %s', (_, before, after, expected) => {
  const at = before.indexOf('|')

  const place = placeAfter(before.replace('|', ''), after, at)

  expect(`${after.slice(0, place)}|${after.slice(place)}`).toBe(expected)
})
