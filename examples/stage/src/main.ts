/** Starts the page: finds out who is signed in, then shows the place in the address bar. */
import { App } from './app.ts'
import { element } from './view/element.ts'

const root = document.querySelector('#app') ?? document.body.appendChild(element('div'))
void new App(root).start()
