/** The README's application, as it stands there: declared, served by a process of its own, used by two clients. */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { SignJWT } from 'jose'
import { createTestDatabase, freePort, type TestDatabase } from 'syncline/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { writeBlocks } from './blocks.ts'
import { makePackedApplication } from './packed.ts'

const secret = 'a secret of at least thirty-two characters'

interface Page {
  openProject(id: string, url: string, token: string): OpenProject
}
interface OpenProject {
  readonly open: { readonly current: readonly { id: string; title: string; votes: number }[] }
  add(title: string): Promise<unknown>
  vote(id: string): Promise<unknown>
  close(): void
}

let folder: string
let database: TestDatabase
let server: ChildProcess
let url: string

beforeAll(async () => {
  folder = makePackedApplication()
  await build({
    entryPoints: writeBlocks('README.md', folder),
    outdir: folder,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  })
  database = await createTestDatabase(Object.values(inject('servers'))[0] as string)
  await database.query(`
    create table projects (id text primary key, name text not null);
    create table project_members (project_id text references projects, user_id text);
    create table tasks (id text primary key default gen_random_uuid(), project_id text references projects,
      title text not null, done boolean not null default false, votes integer not null default 0);
    insert into projects values ('tour', 'Spring tour');
    insert into project_members values ('tour', 'ana'), ('tour', 'ben');
    insert into tasks (id, project_id, title) values ('van', 'tour', 'Book the van');
  `)
  const port = await freePort()
  url = `http://127.0.0.1:${port}/sync`
  server = spawn(process.execPath, [join(folder, 'server.js')], {
    env: { ...process.env, DATABASE_URL: database.url, SYNCLINE_SECRET: secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    server.stdout?.once('data', () => resolve())
    server.once('exit', (code) => reject(new Error(`The README's server ended with code ${code}.`)))
  })
})

afterAll(async () => {
  if (server?.exitCode === null) {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGKILL')
    await ended
  }
  await database?.drop()
  rmSync(folder, { recursive: true })
})

test('what one client of the README writes, the other sees, and so it does what SQL writes', async () => {
  const { openProject } = (await import(pathToFileURL(join(folder, 'page.js')).href)) as Page
  const ana = openProject('tour', url, await tokenFor('ana'))
  const ben = openProject('tour', url, await tokenFor('ben'))
  const stranger = openProject('tour', url, await tokenFor('cleo'))
  await expect.poll(() => titles(ben)).toEqual(['Book the van'])

  await ana.add('Print passes')
  await Promise.all([ana.vote('van'), ben.vote('van')])
  await database.query("update tasks set title = 'Book two vans' where id = 'van'")

  await expect.poll(() => titles(ben)).toEqual(['Book two vans', 'Print passes'])
  await expect.poll(() => ana.open.current[0]?.votes).toBe(2)
  expect(titles(stranger)).toEqual([])
  for (const client of [ana, ben, stranger]) client.close()
})

const titles = ({ open }: OpenProject) => open.current.map(({ title }) => title)

function tokenFor(user: string): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setExpirationTime('5m')
    .sign(Buffer.from(secret))
}
