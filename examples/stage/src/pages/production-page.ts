/** One production: its facts, its cameras, its checklist. */
import { cameraTable } from '../parts/camera-table.ts'
import { checklist } from '../parts/checklist.ts'
import { productionHeader } from '../parts/production-header.ts'
import type { Crew } from '../crew.ts'
import type { Presence } from '../held-room.ts'
import { element } from '../view/element.ts'
import { focusHeading } from '../view/focus-heading.ts'
import { message } from './message-page.ts'
import type { Page } from './page.ts'

/** Makes the page; it joins the production's room until it is closed. */
export function productionPage(crew: Crew, id: string): Page {
  const header = productionHeader(crew, id)
  const cameras = cameraTable(crew, id)
  const tasks = checklist(crew, id)
  const loading = element('p', { class: 'empty', role: 'status' }, 'Loading the production…')
  const content = element(
    'div',
    { class: 'production', hidden: true },
    header.element,
    jumpLinks(),
    cameras.element,
    tasks.element,
  )
  const page = element('div', {}, loading, content)
  let shownState: Presence = 'loading'

  const close = crew.watchProduction(id, ({ state, production, cameras: cameraRows, tasks: taskRows }) => {
    const isNew = state !== shownState
    shownState = state
    loading.hidden = state !== 'loading'
    content.hidden = state !== 'here'
    page.querySelector('.message')?.remove()
    if (state === 'gone') page.append(message('Not here', GONE))
    // Also when all is gone: what was shown must not stay behind in the page.
    if (production || state === 'gone') header.show(production)
    cameras.show(cameraRows)
    tasks.show(taskRows)
    if (isNew) focusHeading(page)
  })
  return { element: page, title: 'Production', close }
}

/** On a small screen one list stands far below the other. */
function jumpLinks(): HTMLElement {
  const links = [
    element('a', { href: '#cameras' }, 'Cameras'),
    element('a', { href: '#checklist' }, 'Checklist'),
  ]
  return element('nav', { class: 'jump', 'aria-label': 'Parts of this page' }, ...links)
}

const GONE = 'This production does not exist, or you are not on its crew. Whoever runs it can add you.'
