/** Lets the browser keep the page itself, so that it also opens without a network. */

/** Registers the service worker of the built page; while developing, the page comes fresh each time. */
export function keepPage(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  navigator.serviceWorker.register('/service-worker.js').catch(() => {
    // Private mode, or not a secure origin: the page works, and needs the network to open.
  })
}
