import { expect, test } from 'vitest'
import { LoadFrames } from './load-frames.ts'

const piece = (model: string, rows: string) => ({
  model,
  columns: ['id', 'version', 'fieldVersions'],
  rows,
})

async function idsOf(frames: LoadFrames): Promise<string[]> {
  const ids: string[] = []
  for await (const { text } of frames) {
    const { rows, more, cursor } = JSON.parse(text)
    ids.push(...rows.map(([id]: [string]) => id), ...(more ? [] : [`end ${cursor}`]))
  }
  return ids
}

test('whoever follows a load gets all of it, from the first frame, whenever they begin', async () => {
  const frames = new LoadFrames('Camera:all')
  const early = idsOf(frames)
  frames.add(piece('camera', '["1",1,null]'))
  frames.add(piece('camera', '["2",1,null],["3",1,null]'))
  const first = await frames[Symbol.asyncIterator]().next()
  const midway = idsOf(frames)
  frames.add(piece('lens', '["4",1,null]'))
  frames.end([], 'C')
  const late = idsOf(frames)

  expect(JSON.parse(first.value.text).rows).toEqual([['1', 1, null]])
  for (const ids of [early, midway, late]) expect(await ids).toEqual(['1', '2', '3', '4', 'end C'])
})

test('what cannot be read to its end is told after what there was, and has no cursor', async () => {
  const frames = new LoadFrames('Camera:all')
  const heard: string[] = []
  const following = (async () => {
    for await (const { text } of frames) heard.push(text)
  })()
  frames.add(piece('camera', '["1",1,null]'))
  frames.add(piece('camera', '["2",1,null]'))
  frames.fail(new Error('The database is away.'))

  await expect(following).rejects.toThrow('away')
  expect(heard).toHaveLength(1)
  expect(heard.join()).not.toContain('cursor')
})
