/** One task of the checklist: ticked off, renamed, given to somebody, annotated, all in place. */
import type { Crew, Task } from '../crew.ts'
import { element, setAttribute } from '../view/element.ts'
import { flash } from '../view/flash.ts'
import type { Part } from '../view/keyed-list.ts'
import { TextField } from '../view/text-field.ts'

type TextName = 'name' | 'assignedTo' | 'note'

export class TaskRow implements Part<Task> {
  readonly element: HTMLElement
  readonly #crew: Crew
  readonly #id: string
  readonly #task: HTMLElement
  readonly #done: HTMLInputElement
  readonly #texts: Readonly<Record<TextName, TextField>>
  readonly #remove: HTMLButtonElement
  #shown: Task | undefined

  constructor(crew: Crew, id: string, remove: (task: Task, row: HTMLElement) => void) {
    this.#crew = crew
    this.#id = id
    this.#done = element('input', { type: 'checkbox', onchange: () => this.#toggle() })
    this.#texts = {
      name: this.#textField('name', 'is-first', 'Task'),
      assignedTo: this.#textField('assignedTo', 'is-second is-person', 'Who'),
      note: this.#textField('note', 'is-second', 'Note'),
    }
    this.#remove = element('button', {
      type: 'button',
      class: 'remove',
      onclick: () => this.#shown && remove(this.#shown, this.element),
    })
    const { name, assignedTo, note } = this.#texts
    const details = element('div', { class: 'details' }, assignedTo.element, note.element)
    this.#task = element('div', { class: 'task' }, name.element, details)
    this.element = element('li', {}, this.#done, this.#task, this.#remove)
  }

  update(task: Task): void {
    if (task === this.#shown) return
    const isTheirs = this.#shown !== undefined && this.#done.checked !== task.completed
    if (task.name !== this.#shown?.name) this.#label(task.name)
    this.#shown = task
    for (const [field, view] of Object.entries(this.#texts)) view.show(task[field as TextName])
    this.#done.checked = task.completed
    setAttribute(this.element, 'class', task.completed && 'is-done')
    if (isTheirs) flash(this.#task)
  }

  remove(): void {
    const unsaved = Object.values(this.#texts).flatMap((field) => field.unsaved ?? [])
    if (this.#shown && unsaved.length > 0) this.#crew.lost(this.#shown.name, unsaved)
  }

  #toggle(): void {
    const { checked: completed } = this.#done
    const what = `“${this.#shown?.name}” could not be ${completed ? 'ticked off' : 'opened again'}.`
    void this.#crew.report(what, () => this.#crew.mutate.checklistItem.update(this.#id, { completed }))
  }

  #textField(field: TextName, className: string, placeholder: string): TextField {
    return new TextField({
      className,
      placeholder,
      isRequired: field === 'name',
      orphan: (text, reason) => this.#crew.lost(this.#shown?.name ?? '', [text], reason),
      save: (text) =>
        this.#crew.outcome(() => this.#crew.mutate.checklistItem.update(this.#id, { [field]: text.trim() })),
    })
  }

  #label(name: string): void {
    setAttribute(this.#done, 'aria-label', `Done: ${name}`)
    this.#texts.name.setLabel(`Name of task ${name}`)
    this.#texts.assignedTo.setLabel(`Who does ${name}`)
    this.#texts.note.setLabel(`Note of task ${name}`)
    setAttribute(this.#remove, 'aria-label', `Delete task ${name}`)
    setAttribute(this.#remove, 'title', `Delete task ${name}`)
  }
}
