/** What a text field does with what is typed, what others write, and what is refused. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TextDraft } from '../src/fields/text-draft.ts'

let saved: string[]
let orphans: unknown[][]
let answer: (reason?: string) => void

beforeEach(() => {
  vi.useFakeTimers()
  saved = []
  orphans = []
})

afterEach(() => {
  vi.useRealTimers()
})

test('it saves when typing pauses, without what stands around the text', () => {
  const draft = makeDraft('old')
  draft.focus()

  draft.type('new')
  draft.type('newer ')
  vi.advanceTimersByTime(1_000)

  expect(saved).toEqual(['newer'])
})

test('a field in which nothing is unsaved follows what others write, also while it has the focus', async () => {
  const draft = makeDraft('old')
  draft.focus()
  draft.onStored('theirs')
  expect(draft.current).toMatchObject({ text: 'theirs', changesOfOthers: 1 })

  draft.type('theirs and ours')
  vi.advanceTimersByTime(1_000)
  draft.onStored('theirs and ours')
  await settle()
  draft.onStored('theirs again')

  expect(draft.current).toMatchObject({ text: 'theirs again', changesOfOthers: 2 })
  expect(saved).toEqual(['theirs and ours'])
})

test('R4: a text that is being written stays, and theirs is shown when it is given up', () => {
  const draft = makeDraft('old', { isRequired: true })
  draft.focus()
  draft.type('')

  draft.onStored('theirs')
  expect(draft.current).toMatchObject({ text: '', changesOfOthers: 0 })
  draft.restore()

  expect(draft.current).toMatchObject({ text: 'theirs', changesOfOthers: 1 })
  expect(saved).toEqual([])
})

test('a space at the end of what was saved stays while it is being written on', async () => {
  const draft = makeDraft('old')
  draft.focus()
  draft.type('old and ')
  vi.advanceTimersByTime(1_000)

  draft.onStored('old and')
  await settle()

  expect(draft.current.text).toBe('old and ')
})

test('Escape does not put what one found before in place of what others wrote since', () => {
  const draft = makeDraft('old')
  draft.focus()
  draft.onStored('theirs')

  draft.restore()

  expect(draft.current.text).toBe('theirs')
  expect(saved).toEqual([])
})

test('what comes back of a write of ours is nobody else’s change', async () => {
  const draft = makeDraft('old')
  draft.focus()
  draft.type('ours ')
  draft.leave()

  draft.onStored('ours')
  await settle()

  expect(draft.current).toEqual({ text: 'ours', refusal: undefined, changesOfOthers: 0 })
})

test('K2: a refused text stays with its reason until it is given up', async () => {
  const draft = makeDraft('old')
  draft.focus()
  draft.type('')
  draft.leave()

  await settle('A name is needed.')
  draft.onStored('theirs')
  expect(draft.current).toMatchObject({ text: '', refusal: 'A name is needed.' })
  draft.discard()

  expect(draft.current).toMatchObject({ text: 'theirs', refusal: undefined })
})

test('a required text is not saved empty while it is being retyped', () => {
  const draft = makeDraft('old', { isRequired: true })
  draft.focus()

  draft.type('')
  vi.advanceTimersByTime(5_000)
  expect(saved).toEqual([])
  draft.leave()

  expect(saved).toEqual([''])
})

test('Escape puts back what was there, also when it had been saved on the way', () => {
  const draft = makeDraft('old')
  draft.focus()
  draft.type('new')
  vi.advanceTimersByTime(1_000)

  draft.restore()

  expect(draft.current.text).toBe('old')
  expect(saved).toEqual(['new', 'old'])
})

test('W3: a field that leaves the page saves what it holds, and what is refused then is kept elsewhere', async () => {
  const draft = makeDraft('old')
  draft.focus()
  draft.type('half a thought')

  draft.leavePage()
  await settle('It has been deleted.')

  expect(saved).toEqual(['half a thought'])
  expect(orphans).toEqual([['half a thought', 'It has been deleted.']])
})

test('W2: a step is a change, not a value', () => {
  const steps: number[] = []
  const range = { from: 0, to: 9, step: 1 }
  const draft = makeDraft('5', { range, step: (by: number) => outcomeOf(() => steps.push(by)) })

  expect(draft.step(1)).toBe(true)
  expect(draft.step(1)).toBe(true)
  draft.type('x')
  expect(draft.step(1)).toBe(false)

  expect(steps).toEqual([1, 1])
  expect(draft.current.text).toBe('x')
})

test('a step goes no further than the range, and from beyond it to its end', () => {
  const steps: number[][] = []
  const range = { from: 0, to: 100, step: 5 }
  const step = (...numbers: number[]) => outcomeOf(() => steps.push(numbers))
  const draft = makeDraft('98', { range, step })

  expect([draft.step(1), draft.step(1)]).toEqual([true, true])
  expect(draft.current.text).toBe('100')
  draft.type('300')
  draft.step(1)

  expect(draft.current.text).toBe('100')
  expect([steps, saved]).toEqual([[[2, 100]], ['100']])
})

test('what is saved whole waits until it is finished, however long typing pauses', () => {
  const draft = makeDraft('2027', { isSavedWhole: true })
  draft.focus()

  draft.type('2')
  vi.advanceTimersByTime(10_000)
  expect(saved).toEqual([])
  draft.type('2028')
  draft.leave()

  expect(saved).toEqual(['2028'])
})

function makeDraft(stored: string, more: object = {}): TextDraft {
  return new TextDraft(stored, {
    save: (text) => outcomeOf(() => saved.push(text)),
    orphan: (...orphan) => void orphans.push(orphan),
    ...more,
  })
}

function outcomeOf(act: () => unknown): Promise<string | undefined> {
  act()
  return new Promise((resolve) => {
    answer = resolve
  })
}

async function settle(reason?: string): Promise<void> {
  answer(reason)
  await vi.advanceTimersByTimeAsync(0)
}
