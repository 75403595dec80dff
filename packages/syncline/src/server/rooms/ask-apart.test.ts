import { expect, test } from 'vitest'
import { askApart } from './ask-apart.ts'

const databaseError = (code: string) => Object.assign(new Error('What PostgreSQL says.'), { code })

/** A question that fails with these errors when one of the items is among those asked about. */
function question(errors: Readonly<Record<number, Error>>, textOf: (item: number) => string = String) {
  const asked: number[][] = []
  const ask = async (items: readonly number[]) => {
    asked.push([...items])
    for (const item of items) if (errors[item]) throw errors[item]
    return items
  }
  return { asked, question: { atOnce: 100, textOf, ask } }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

test('W4: what fails by itself is left out, with its reason, and all others are answered', async () => {
  const error = databaseError('22P02')
  const { asked, question: about } = question({ 3: error, 57: error })

  const { answers, failed } = await askApart(upTo(200), about)

  expect(new Set(answers.flat())).toEqual(new Set(upTo(200).filter((item) => item !== 3 && item !== 57)))
  expect([...failed]).toEqual(
    expect.arrayContaining([
      [3, error],
      [57, error],
    ]),
  )
  expect(asked.length).toBeLessThan(30)
})

test('where nothing fails, few statements are enough', async () => {
  const { asked, question: about } = question({})

  await askApart(upTo(250), about)

  expect(asked.map(({ length }) => length).toSorted()).toEqual([100, 100, 50])
})

test('a text that the database does not understand is not tried with every value', async () => {
  const error = databaseError('42883')
  const errors = Object.fromEntries(upTo(90).map((item) => [item, error]))
  const { asked, question: about } = question(errors, (item) => (item < 90 ? 'broken' : 'sound'))

  const { answers, failed } = await askApart(upTo(100), about)

  expect(failed.size).toBe(90)
  expect(new Set(answers.flat())).toEqual(new Set(upTo(100).slice(90)))
  expect(asked.length).toBeLessThan(15)
})

test('a database that is away answers nothing about anybody', async () => {
  for (const code of ['08006', '28P01', '3D000', '57P01', '53300', '40001', 'EPIPE', 'ECONNRESET']) {
    const { asked, question: about } = question({ 1: databaseError(code) })

    await expect(askApart(upTo(4), about), code).rejects.toThrow('What PostgreSQL says.')
    expect(asked, code).toHaveLength(1)
  }
})

test('W4: where much fails and each statement takes long, what is left after 5 s is not known; nobody waits longer', async () => {
  let nowMs = 0
  const broken = upTo(100).filter((item) => item % 2 === 0)
  const errors = Object.fromEntries(broken.map((item) => [item, databaseError('22P02')]))
  const { asked, question: about } = question(errors)
  const slowly = {
    ...about,
    ask: (items: readonly number[]) => {
      nowMs += 1_000
      return about.ask(items)
    },
  }

  const { answers, failed } = await askApart(upTo(300), slowly, () => nowMs)

  const sound = upTo(300).slice(100)
  expect(answers.flat()).toEqual(expect.arrayContaining(sound))
  expect(new Set([...answers.flat(), ...failed.keys()])).toEqual(new Set(upTo(300)))
  expect(broken.filter((item) => !failed.has(item))).toEqual([])
  expect(asked.length).toBeLessThan(12)
  expect(String(failed.get(1))).toContain('asked about again')
})

test('W4: portions that were not asked about yet are asked about once, however long the others took', async () => {
  let nowMs = 0
  const { question: about } = question({ 250: databaseError('22P02'), 10: databaseError('22P02') })
  const slowly = {
    ...about,
    ask: (items: readonly number[]) => {
      nowMs += 3_000
      return about.ask(items)
    },
  }

  const { answers } = await askApart(upTo(300), slowly, () => nowMs)

  expect(answers.flat()).toEqual(expect.arrayContaining(upTo(200).slice(100)))
})
