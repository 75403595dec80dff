/** What axe finds on an open page: everything as it stands, and then what colours alone can spoil in the other scheme. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** The rules that look at colours. All others see the same page in light and dark. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block']

/** Serious problems of the page, each with the scheme in which it shows. */
export async function problemsOf(page: Page): Promise<string[]> {
  await untilColoured(page)
  const inLight = await serious(page, 'light', reader(page))
  await page.emulateMedia({ colorScheme: 'dark' })
  await untilColoured(page)
  const inDark = await serious(page, 'dark', reader(page).withRules(COLOUR_RULES))
  await page.emulateMedia({ colorScheme: 'light' })
  await untilColoured(page)
  return [...inLight, ...inDark]
}

/** A colour on its way to another is judged by neither. */
function untilColoured(page: Page): Promise<unknown> {
  return page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => animation instanceof CSSTransition)
        .map(({ finished }) => finished),
    ),
  )
}

/** Without frames to look into, axe need not open a page of its own: four times faster. */
function reader(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
}

async function serious(page: Page, scheme: string, axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${page.url()} in ${scheme} ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    )
}
