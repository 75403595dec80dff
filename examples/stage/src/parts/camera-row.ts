/** One camera: a row of the table, every cell edited in place. */
import { cameraStatuses } from '../../schema/choices.ts'
import type { Camera, Crew } from '../crew.ts'
import { ChoiceField } from '../view/choice-field.ts'
import { element, setAttribute } from '../view/element.ts'
import type { Part } from '../view/keyed-list.ts'
import { TextField } from '../view/text-field.ts'

type TextName = 'name' | 'position' | 'operator' | 'lens' | 'note'

export class CameraRow implements Part<Camera> {
  readonly element: HTMLElement
  readonly #crew: Crew
  readonly #id: string
  readonly #texts: Readonly<Record<TextName, TextField>>
  readonly #zoom: TextField
  readonly #status: ChoiceField
  readonly #remove: HTMLButtonElement
  #shown: Camera | undefined

  constructor(crew: Crew, id: string, remove: (camera: Camera, row: HTMLElement) => void) {
    this.#crew = crew
    this.#id = id
    this.#texts = {
      name: this.#textField('name', 'is-name', 'Name'),
      position: this.#textField('position', 'is-second', 'Where it stands'),
      operator: this.#textField('operator', 'is-first', 'Operator'),
      lens: this.#textField('lens', 'is-second', 'Lens'),
      note: this.#textField('note', 'is-note', 'Note'),
    }
    this.#zoom = new TextField({
      className: 'is-number',
      save: (text) => this.#saveZoom(text),
      step: (by) => crew.outcome(() => crew.mutate.camera.update(id, { zoom: { $inc: by } })),
    })
    this.#status = new ChoiceField({
      values: cameraStatuses,
      save: (value) =>
        crew.outcome(() => crew.mutate.camera.update(id, { status: value as Camera['status'] })),
    })
    this.#remove = element('button', {
      type: 'button',
      class: 'remove',
      onclick: () => this.#shown && remove(this.#shown, this.element),
    })
    const { name, position, operator, lens, note } = this.#texts
    this.element = element(
      'tr',
      {},
      element('th', { scope: 'row', class: 'cell-name' }, name.element, position.element),
      element('td', { class: 'cell-operator' }, operator.element, lens.element),
      element('td', { class: 'cell-zoom' }, this.#zoom.element),
      element('td', { class: 'cell-status' }, this.#status.element),
      element('td', { class: 'cell-note' }, note.element),
      element('td', { class: 'cell-remove' }, this.#remove),
    )
  }

  update(camera: Camera): void {
    if (camera === this.#shown) return
    if (camera.name !== this.#shown?.name) this.#label(camera.name)
    this.#shown = camera
    for (const [field, view] of Object.entries(this.#texts)) view.show(camera[field as TextName])
    this.#zoom.show(String(camera.zoom))
    this.#status.show(camera.status)
    setAttribute(this.element, 'data-status', camera.status)
  }

  remove(): void {
    const unsaved = Object.values(this.#texts).flatMap((field) => field.unsaved ?? [])
    if (this.#shown && unsaved.length > 0) this.#crew.lost(this.#shown.name, unsaved)
  }

  #textField(field: TextName, className: string, placeholder: string): TextField {
    return new TextField({
      className,
      placeholder,
      isRequired: field === 'name',
      orphan: (text, reason) => this.#crew.lost(this.#shown?.name ?? '', [text], reason),
      save: (text) =>
        this.#crew.outcome(() => this.#crew.mutate.camera.update(this.#id, { [field]: text.trim() })),
    })
  }

  async #saveZoom(text: string): Promise<string | undefined> {
    const zoom = Number(text)
    if (text.trim() === '' || !Number.isInteger(zoom)) return `Zoom is a whole number, and “${text}” is none.`
    return this.#crew.outcome(() => this.#crew.mutate.camera.update(this.#id, { zoom }))
  }

  #label(name: string): void {
    const labels: Record<TextName, string> = {
      name: `Name of ${name}`,
      position: `Position of ${name}`,
      operator: `Operator of ${name}`,
      lens: `Lens of ${name}`,
      note: `Note of ${name}`,
    }
    for (const [field, label] of Object.entries(labels)) this.#texts[field as TextName].setLabel(label)
    this.#zoom.setLabel(`Zoom of ${name}`)
    this.#status.setLabel(`Status of ${name}`)
    setAttribute(this.#remove, 'aria-label', `Delete ${name}`)
    setAttribute(this.#remove, 'title', `Delete ${name}`)
  }
}
