/** A whole page for a real browser: `live.test.ts` bundles it as an application's build would. */
import { type Component, mount, unmount } from 'svelte'
import { createClient } from 'syncline/client'
import { live } from 'syncline/svelte'
import { stageSchema } from '../client/stage-schema.ts'
import * as page from './page.svelte'

declare global {
  interface Window {
    syncUrl: string
    /** How many rooms are joined and not left. */
    joined: number
    leavePage(): Promise<void>
  }
}

window.joined = 0
const client = createClient({ schema: stageSchema, url: window.syncUrl, user: 'ana', token: 'ana' })
const counted: typeof client = Object.assign(Object.create(client), {
  join(...[model, id]: Parameters<typeof client.join>) {
    const room = client.join(model, id)
    window.joined++
    return Object.assign(Object.create(room), {
      leave() {
        window.joined--
        room.leave()
      },
    })
  },
})
const { default: Page } = page as unknown as { default: Component<{ live: unknown }> }
const mounted = mount(Page, { target: document.body, props: { live: live(counted) } })
window.leavePage = () => unmount(mounted)
