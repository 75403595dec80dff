/** The cameras of a production. */
import type { Camera, Crew } from '../crew.ts'
import { addForm } from '../view/add-form.ts'
import { element, setText } from '../view/element.ts'
import { keyedList } from '../view/keyed-list.ts'
import { neighbour } from '../view/neighbour.ts'
import { CameraRow } from './camera-row.ts'

/** Makes the section; `show` brings it in line with the rows. */
export function cameraTable(crew: Crew, productionId: string) {
  const count = element('p', { class: 'count' })
  const body = element('tbody')
  const empty = element('p', { class: 'empty', hidden: true }, 'No cameras yet. The first one goes here:')
  const table = element('table', {}, element('thead', {}, headings()), body)
  const add = addForm('Add a camera', (name) => {
    const createdAt = new Date().toISOString()
    void crew.report(`“${name}” was not added.`, () =>
      crew.mutate.camera.create({ productionId, name, createdAt }),
    )
  })
  const remove = (camera: Camera, row: HTMLElement) => {
    const next = neighbour(row, '.remove')
    crew.remove('camera', camera)
    if (next) next.focus()
    else add.focus()
  }
  const arrange = keyedList<Camera>(
    body,
    ({ id }) => id,
    ({ id }) => new CameraRow(crew, id, remove),
  )

  return {
    element: element(
      'section',
      { class: 'cameras', id: 'cameras', 'aria-labelledby': 'cameras-title' },
      element('header', {}, element('h2', { id: 'cameras-title' }, 'Cameras'), count),
      table,
      empty,
      add.element,
    ),
    show(cameras: readonly Camera[]): void {
      arrange(cameras)
      table.hidden = cameras.length === 0
      empty.hidden = cameras.length > 0
      setText(count, summaryOf(cameras))
    },
  }
}

function headings(): HTMLElement {
  const names = ['Camera', 'Operator', 'Zoom', 'Status', 'Note']
  const cells = names.map((name) => element('th', { scope: 'col' }, name))
  const last = element('th', { scope: 'col' }, element('span', { class: 'unseen' }, 'Delete'))
  return element('tr', {}, ...cells, last)
}

function summaryOf(cameras: readonly Camera[]): string {
  const withStatus = (status: Camera['status']) => cameras.filter((camera) => camera.status === status).length
  const parts = [`${cameras.length} in all`]
  for (const status of ['live', 'ready', 'fault'] as const) {
    const number = withStatus(status)
    if (number > 0) parts.push(`${number} ${status}`)
  }
  return parts.join(', ')
}
