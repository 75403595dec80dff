/** Who opens a socket: asked by the request of the upgrade, which is kept until then, or by a token. */
import type { IncomingMessage } from 'node:http'
import type { RunningCore } from '../../server/create-core.ts'
import type { Identity } from '../../server/identity.ts'
import { tokenRequest, upgradeRequest, upgradeUrl } from '../upgrade-request.ts'

export class Caller {
  readonly #core: RunningCore
  /** Null once `hello` was said: nobody proves by a cookie who it is after that. */
  #upgrade: IncomingMessage | null
  #url = ''

  constructor(core: RunningCore, upgrade: IncomingMessage) {
    this.#core = core
    this.#upgrade = upgrade
  }

  async identify(token?: string): Promise<Identity | null> {
    const upgrade = this.#upgrade
    if (upgrade) {
      this.#upgrade = null
      this.#url = shared(upgradeUrl(upgrade))
    }
    await this.#core.ready
    if (token !== undefined) return this.#core.identify(tokenRequest(this.#url, token))
    return upgrade && this.#core.identify(upgradeRequest(upgrade, this.#core.allowedOrigins))
  }
}

let lastUrl = ''

/** Most sockets are opened at one address: one text for all of them. */
function shared(url: string): string {
  if (url !== lastUrl) lastUrl = url
  return lastUrl
}
