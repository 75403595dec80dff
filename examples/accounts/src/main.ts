/** Starts the pages: Inertia finds the component that the server named, inside one layout. */
import { createInertiaApp, type ResolvedComponent, router } from '@inertiajs/svelte'
import { inertiaPage, keepFields, syncRegistry } from 'syncline/markers'
import { applyAppearance } from './frame/appearance.ts'
import Layout from './frame/layout.svelte'
import './styles/base.css'
import './styles/frame.css'
import './styles/pages.css'
import './styles/members.css'

const pages = import.meta.glob<ResolvedComponent>('./pages/**/*.svelte', { eager: true })

applyAppearance()
// All that refreshing needs to know: how this page loads props again, and that it leaves alone what one types.
syncRegistry.configure({ page: keepFields(inertiaPage(router)) })
await createInertiaApp({
  resolve: (name) => pages[`./pages/${name}.svelte`] as ResolvedComponent,
  layout: () => Layout,
  progress: { includeCSS: false, showSpinner: false },
})
