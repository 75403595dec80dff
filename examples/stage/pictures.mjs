/**
 * Takes the pictures of the documentation: `npm run build`, then `npm run pictures --workspace @syncline/example-stage`.
 *
 * It starts the built server on an embedded database of its own, and lets two people work while it looks.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const PORT = 4_380
const URL_OF_STAGE = `http://localhost:${PORT}/productions`
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const program = fileURLToPath(new URL('../server/dist/server/main.js', import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), 'stage-pictures-'))
const env = { ...process.env, PORT: String(PORT), DATA_DIR: dataDir, DATABASE_URL: '', LOG_LEVEL: 'warn' }

const server = spawn(process.execPath, [program], { env, stdio: 'inherit' })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
})
try {
  await untilReady()
  const desktop = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }
  const phone = {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    colorScheme: 'dark',
  }
  const cleo = await open('Cleo', desktop)
  const ben = await open('Ben', desktop)
  await ben.getByRole('textbox', { name: 'Operator of Camera 2', exact: true }).focus()
  await change(cleo)
  await ben.getByText('Nominees, rows C to F, aisle seats first').waitFor()
  await ben.screenshot({ path: `${images}stage-desktop-light.png` })

  await ben.getByRole('link', { name: 'Signal flow' }).click()
  await ben.getByText('41 devices').waitFor()
  await ben.mouse.move(0, 0)
  await ben.waitForTimeout(2_000)
  await ben.locator('.flow').screenshot({ path: `${images}stage-signal-flow.png` })

  const small = await open('Ben', phone)
  await small.waitForTimeout(1_000)
  await small.screenshot({ path: `${images}stage-phone-dark.png` })
} finally {
  await browser.close()
  server.kill('SIGTERM')
  rmSync(dataDir, { recursive: true, force: true })
}

async function untilReady() {
  for (let attempt = 0; attempt < 600; attempt++) {
    const isReady = await fetch(`http://localhost:${PORT}/sync/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`Nothing answers at ${URL_OF_STAGE}. Build the example first: npm run build.`)
}

async function open(name, options) {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/London', ...options })
  const page = await context.newPage()
  await page.goto(URL_OF_STAGE)
  await page.getByRole('button', { name }).click()
  await page.getByRole('link', { name: 'Northern Sessions Awards' }).click()
  await page.getByRole('textbox', { name: 'Name of the production' }).waitFor()
  // What the pointer is over looks different.
  await page.mouse.move(0, 0)
  return page
}

/** The last change is the freshest mark in the other window. */
async function change(page) {
  await page.getByRole('checkbox', { name: 'Done: Clearances for all nominee clips' }).check()
  await page.getByLabel('Status of Camera 4').selectOption('ready')
  const note = page.getByRole('textbox', { name: 'Note of Camera 3', exact: true })
  await note.fill('Nominees, rows C to F, aisle seats first')
  await note.press('Enter')
}
