/** Names and notes in scripts that are written from right to left. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { openProduction, openTab, openWindow } from './support/browser.ts'
import { field } from './support/page-parts.ts'
import { runStage } from './support/running-stage.ts'

const running = runStage()

const LONG = 'الكاميرا الرئيسية فوق المدخل الشرقي للقاعة الكبرى'

let page: Page

beforeAll(async () => {
  await running.database.query(`update cameras set name = $1 where id = 'northern-sessions-camera-1'`, [LONG])
  page = await openWindow(running.browser, running.stage.url, 'Ben')
  await openProduction(page, 'Northern Sessions Awards')
})

test('a field runs as its text does', async () => {
  const directions = await Promise.all(
    [`Name of ${LONG}`, 'Name of Camera 2'].map((name) =>
      field(page, name).evaluate((input) => getComputedStyle(input).direction),
    ),
  )

  expect(directions).toEqual(['rtl', 'ltr'])
})

test('a name that is too long for its box in the signal flow keeps its beginning', async () => {
  await openTab(page, 'Signal flow')

  const isCut = await page.locator('.box .name', { hasText: LONG }).evaluate((name) => {
    const first = document.createRange()
    first.setStart(name.firstChild as Node, 0)
    first.setEnd(name.firstChild as Node, 1)
    const [letter, box] = [first.getBoundingClientRect(), name.getBoundingClientRect()]
    return { isTooLong: name.scrollWidth > name.clientWidth, isFirstShown: letter.right <= box.right + 1 }
  })

  expect(isCut).toEqual({ isTooLong: true, isFirstShown: true })
})
