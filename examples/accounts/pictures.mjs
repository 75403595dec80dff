/**
 * Takes the pictures of the documentation: `npm run build`, then `node examples/accounts/pictures.mjs`.
 *
 * It starts the built server on an embedded database of its own, and lets two people work while it looks.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const PORT = 4_381
const ADDRESS = `http://localhost:${PORT}`
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const program = fileURLToPath(new URL('../server/dist/server/main.js', import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), 'accounts-pictures-'))
const env = { ...process.env, PORT: String(PORT), DATA_DIR: dataDir, DATABASE_URL: '', LOG_LEVEL: 'warn' }

const server = spawn(process.execPath, [program], { env, stdio: 'inherit' })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
})
try {
  await untilReady()
  const ana = await open('Ana', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' })
  await ana.getByRole('link', { name: 'Everybody’s' }).click()
  await ana.getByRole('link', { name: 'Lagos Jazz Week' }).click()
  await ana.getByRole('heading', { name: 'Members' }).waitFor()
  await ana.mouse.move(0, 0)
  await ana.evaluate(() => window.scrollTo(0, 0))
  await ana.screenshot({ path: `${images}accounts-desktop-light.png` })

  const phone = {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    colorScheme: 'dark',
  }
  const ben = await open('Ben', phone)
  await ben.getByRole('link', { name: 'Crosslight Rental' }).click()
  await ben.getByRole('heading', { name: 'Members' }).waitFor()
  await ben.locator('.status[data-status="connected"]').waitFor()
  await ben.getByRole('textbox', { name: 'Name of the account' }).fill('Crosslight Rental Ltd')
  await ana.goto(`${ADDRESS}/accounts`)
  await ana.getByRole('link', { name: 'Crosslight Rental' }).click()
  await ana.getByRole('textbox', { name: 'Name of the account' }).fill('Crosslight Hire')
  await ana.keyboard.press('Enter')
  await ben.getByText('Meanwhile it was named').waitFor()
  await ben.screenshot({ path: `${images}accounts-phone-dark.png` })
} finally {
  await browser.close()
  server.kill('SIGTERM')
  rmSync(dataDir, { recursive: true, force: true })
}

async function untilReady() {
  for (let attempt = 0; attempt < 600; attempt++) {
    const isReady = await fetch(`${ADDRESS}/sync/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`Nothing answers at ${ADDRESS}. Build the examples first: npm run build.`)
}

async function open(name, options) {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  const page = await context.newPage()
  await page.goto(`${ADDRESS}/accounts`)
  await page.getByRole('button', { name }).click()
  await page.getByRole('heading', { name: /^Your account/ }).waitFor()
  return page
}
