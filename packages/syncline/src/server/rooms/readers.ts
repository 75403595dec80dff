/** Asks who may read a channel; questions that come while one is under way are asked together afterwards. */
import type { User } from '../../protocol/user.ts'
import type { CheckReaders } from './room.ts'

interface Question {
  readonly user: User
  readonly resolve: (mayRead: boolean) => void
  readonly reject: (error: unknown) => void
}

export class Readers {
  readonly #check: CheckReaders
  #questions: Question[] = []
  #isAsking = false

  constructor(check: CheckReaders) {
    this.#check = check
  }

  /** Whether the user may read, in a snapshot taken after this call: a wave of joins costs one statement, not one each. */
  mayRead(user: User): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#questions.push({ user, resolve, reject })
      if (this.#isAsking) return
      this.#isAsking = true
      // The rest of this turn may bring more questions.
      queueMicrotask(() => void this.#ask())
    })
  }

  async #ask(): Promise<void> {
    while (this.#questions.length > 0) {
      const questions = this.#questions
      this.#questions = []
      try {
        const { readers, failed } = await this.#check([...new Set(questions.map(({ user }) => user))])
        for (const { user, resolve, reject } of questions) {
          if (failed.has(user)) reject(failed.get(user))
          else resolve(readers.has(user))
        }
      } catch (error) {
        for (const { reject } of questions) reject(error)
      }
    }
    this.#isAsking = false
  }
}
