/** A whole page for a real browser: `chromium.test.ts` bundles it as an application's build would. */
import { createElement as h, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createClient } from 'syncline/client'
import { SyncProvider } from 'syncline/react'
import { stageSchema } from '../client/stage-schema.ts'
import { Cameras } from './compiled-cameras.ts'

declare global {
  interface Window {
    /** How often the component was rendered. */
    renders: number
    syncUrl: string
  }
}

window.renders = 0
const client = createClient({ schema: stageSchema, url: window.syncUrl, user: 'ana', token: 'ana' })
const page = h(Cameras, { onRender: () => void window.renders++ })
const root = createRoot(document.body.appendChild(document.createElement('main')))
root.render(h(StrictMode, null, h(SyncProvider, { client, children: page })))
