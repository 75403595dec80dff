/** Helvion Annual General Meeting: confidential, so that only who runs everything sees it. */
import type { SeedProduction } from './seed-production.ts'

export const annualMeeting: SeedProduction = {
  id: 'annual-meeting',
  name: 'Helvion Annual General Meeting',
  venue: 'Congress Hall, Basel',
  startsAt: '2027-04-21T08:00:00Z',
  status: 'planning',
  note: 'Confidential until the results are out. Crew names on the list at the door.',
  members: [],
  cameras: [
    ['Camera 1', 'Hall, centre', 'Luca Frei', 'Canon UJ86x9.3B', 34, 'standby', 'Speaker, prompter'],
    ['Camera 2', 'Hall, left', 'Nina Brunner', 'Fujinon UA24x7.8', 18, 'standby', 'Board table'],
    ['Camera 3', 'Hall, right', 'Reto Keller', 'Fujinon UA24x7.8', 18, 'standby', 'Questions from the floor'],
    ['Camera 4', 'Balcony', 'Remote', 'Fujinon UA14x4.5', 3, 'standby', 'Wide; never show ballots'],
    ['Camera 5', 'Board table, front', 'Remote', 'Sony FE 24-70 GM II', 3, 'standby', ''],
    ['Camera 6', 'Notary', 'Remote', 'Sony FE 24-70 GM II', 2, 'standby', 'Record only'],
    ['Camera 7', 'Interpreter booths', 'Remote', 'Fixed 24 mm', 1, 'standby', 'Three languages'],
    ['Camera 8', 'Foyer', 'Sara Meier', 'Canon CJ20ex7.8B', 6, 'standby', 'Interviews after the vote'],
  ],
  checklist: {
    Planning: [
      ['Non-disclosure forms from all crew', 'Ana Duarte', true],
      ['Agenda, version 3', 'Corporate office', true],
      ['Voting system feed agreed', 'Ana Duarte', false, 'Results as a clean page, no live count'],
      ['Languages confirmed: German, French, English', 'Interpreters', true],
      ['Security plan for the stream', 'Ana Duarte', false],
      ['Camera plan to the notary', 'Luca Frei', false],
      ['Backup line ordered', 'Network', true, 'Second provider, other street'],
    ],
    'Load-in': [
      ['Dock booked, 05:30', 'Production', false],
      ['Floor boxes opened by the house', 'House technician', false],
      ['Carpet over every run in the aisles', 'Reto Keller', false],
      ['Seats held for cameras 2 and 3', 'Corporate office', false],
      ['Lectern with two microphones', 'Sound', false],
    ],
    'Line check': [
      ['Slides in every language', 'Playback', false],
      ['Prompter read by the chair', 'Prompter', false],
      ['Interpreter feeds on the right channels', 'Sound', false],
      ['Floor microphones, queue light', 'Sound', false],
      ['Stream page tested from outside', 'Network', false],
      ['Fail over to the second line and back', 'Network', false, 'Under 2 s'],
      ['Names of all speakers proofed', 'Graphics', false],
      ['Clock in the chair’s eye line', 'Luca Frei', false],
    ],
    Meeting: [
      ['Record from doors open', 'Recording', false],
      ['Quorum slide', 'Playback', false],
      ['Wide shot only during the vote', 'Nina Brunner', false],
      ['Results after the notary nods', 'Ana Duarte', false],
      ['Stream ends with the closing slide', 'Network', false],
    ],
    Strike: [
      ['Drives to the notary, signed', 'Ana Duarte', false],
      ['Local copies erased, form signed', 'Recording', false],
      ['Carpet up, hall handed back', 'Reto Keller', false],
    ],
  },
}
