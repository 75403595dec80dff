import { expect, test } from 'vitest'
import { inRecordOrder } from './record-order.ts'

test('L2: what is in order stays as it is, the very list', () => {
  const rows = logged(
    '7 a create 1',
    '7 b update 4',
    '7 a update 2',
    '7 b leave 5',
    '7 b enter 5',
    '7 a delete 3',
  )

  expect(inRecordOrder(rows)).toBe(rows)
})

test('L2: the changes of a record change places by their versions; other rows keep theirs', () => {
  const rows = logged('7 a update 2', '7 b update 5', '7 a update 3', '7 c create 1', '7 a create 1')

  expect(inRecordOrder(rows).map(brief)).toEqual([
    '7 a create 1',
    '7 b update 5',
    '7 a update 2',
    '7 c create 1',
    '7 a update 3',
  ])
})

test('L2: a record that followed its parent moved after the change that set its version', () => {
  const rows = logged('7 a leave 1', '7 a enter 1', '7 a leave 1', '7 a enter 1', '7 a create 1')

  expect(inRecordOrder(rows).map(brief)).toEqual([
    '7 a create 1',
    '7 a leave 1',
    '7 a enter 1',
    '7 a leave 1',
    '7 a enter 1',
  ])
})

test('L2: transactions keep their order, and so do changes whose version has come to its end', () => {
  const largest = 2 ** 31 - 1
  const rows = logged('7 a update 9', '8 a update 2', `8 b enter ${largest}`, `8 b update ${largest}`)

  expect(inRecordOrder(rows)).toBe(rows)
})

function logged(...texts: string[]) {
  return texts.map((text) => {
    const [xid = '', id = '', action = '', version] = text.split(' ')
    return { xid, model: 'camera', id, action: action as 'update', version: Number(version) }
  })
}

const brief = ({ xid, id, action, version }: ReturnType<typeof logged>[number]) =>
  `${xid} ${id} ${action} ${version}`
