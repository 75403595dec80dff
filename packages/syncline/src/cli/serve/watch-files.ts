/** Says when one of some files has other contents than before; editors that replace a file are seen too. */
import { createHash } from 'node:crypto'
import { existsSync, type FSWatcher, readFileSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Editors write a file in several steps, in ms. */
const SETTLE_MS = 100

/** Calls `onChange` once with the file that changed, and stops. Returns how to stop before. */
export function watchFiles(files: ReadonlySet<string>, onChange: (file: string) => void): () => void {
  const before = new Map([...files].map((file) => [file, digestOf(file)]))
  const folders = new Set([...files].map((file) => dirname(file)))
  let timer: NodeJS.Timeout | undefined
  const compare = () => {
    const changed = [...before].find(([file, digest]) => digestOf(file) !== digest)
    if (changed === undefined) return
    stop()
    onChange(changed[0])
  }
  const watchers: FSWatcher[] = [...folders].map((folder) =>
    watch(folder, (_event, name) => {
      if (name !== null && ![...files].some((file) => basename(file) === name)) return
      clearTimeout(timer)
      timer = setTimeout(compare, SETTLE_MS)
    }),
  )
  const stop = () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
  return stop
}

function digestOf(file: string): string {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : ''
}
