/**
 * What an empty database is filled with: four events of one crew, their cameras and their checklists.
 *
 * Purpose: believable data in one place. Nothing here is read again once the database has productions.
 */

/** A person who can sign in. */
export interface SeedUser {
  readonly id: string
  readonly name: string
  readonly job: string
  readonly isAdmin: boolean
}

/** Name, position, operator, lens, zoom, status, note. */
type SeedCamera = readonly [
  name: string,
  position: string,
  operator: string,
  lens: string,
  zoom: number,
  status: 'standby' | 'ready' | 'live' | 'fault',
  note: string,
]

/** Name, who does it, whether it is done, note. */
type SeedTask = readonly [name: string, assignedTo: string, completed: boolean, note?: string]

export interface SeedProduction {
  readonly id: string
  readonly name: string
  readonly venue: string
  readonly startsAt: string
  readonly status: 'planning' | 'load-in' | 'show' | 'wrapped'
  readonly note: string
  readonly members: readonly string[]
  readonly cameras: readonly SeedCamera[]
  /** Tasks by phase of the day, in the order in which they are worked through. */
  readonly checklist: Readonly<Record<string, readonly SeedTask[]>>
}

export const seedUsers: readonly SeedUser[] = [
  { id: 'ana', name: 'Ana Duarte', job: 'Technical director', isAdmin: true },
  { id: 'ben', name: 'Ben Okafor', job: 'Vision engineer', isAdmin: false },
  { id: 'cleo', name: 'Cleo Marchetti', job: 'Camera supervisor', isAdmin: false },
]

const harbourLights: SeedProduction = {
  id: 'harbour-lights',
  name: 'Harbour Lights Festival',
  venue: 'Quayside Stage, Gothenburg',
  startsAt: '2027-06-18T17:30:00Z',
  status: 'load-in',
  note: 'Open-air. Rain covers on everything downstage of the truss line.',
  members: ['ben'],
  cameras: [
    [
      'Camera 1',
      'FOH tower, centre',
      'Maja Lindqvist',
      'Fujinon UA107x8.4',
      64,
      'ready',
      'Tight on lead vocal',
    ],
    ['Camera 2', 'FOH tower, left', 'Jonas Ek', 'Canon UJ86x9.3B', 48, 'ready', 'Wide and band'],
    [
      'Camera 3',
      'Pit, stage left',
      'Tove Sandberg',
      'Canon CJ20ex7.8B',
      12,
      'ready',
      'Guitars, then crowd in the chorus',
    ],
    ['Camera 4', 'Pit, stage right', 'Rasmus Holm', 'Canon CJ20ex7.8B', 10, 'standby', 'Keys and bass'],
    [
      'Camera 5',
      'Pit track, 18 m',
      'Elin Åkesson',
      'Fujinon UA14x4.5',
      6,
      'standby',
      'Motor runs until 21:00',
    ],
    ['Camera 6', 'Drum riser', 'Remote', 'Sony FE 16-35 GM II', 2, 'ready', 'Keep clear of the left cymbal'],
    [
      'Camera 7',
      'Crane, house left',
      'Viktor Nyström',
      'Fujinon UA14x4.5',
      5,
      'ready',
      'Arm 9 m, wind limit 11 m/s',
    ],
    [
      'Camera 8',
      'Handheld, stage',
      'Saga Bergqvist',
      'Canon HJ14ex4.3B',
      4,
      'standby',
      'Radio link channel 3',
    ],
    [
      'Camera 9',
      'Handheld, crowd',
      'Noah Persson',
      'Canon HJ14ex4.3B',
      4,
      'fault',
      'Link drops behind the bar tent',
    ],
    [
      'Camera 10',
      'Delay tower, west',
      'Remote',
      'Fujinon UA24x7.8',
      18,
      'ready',
      'Harbour beauty shot at dusk',
    ],
    ['Camera 11', 'Warehouse roof', 'Remote', 'Canon CJ20ex7.8B', 8, 'ready', 'Wide of the whole quay'],
    ['Camera 12', 'Monitor desk', 'Remote', 'Sony FE 24-70 GM II', 2, 'standby', ''],
    ['Camera 13', 'Backstage corridor', 'Ida Wikström', 'Sony FE 24-70 GM II', 3, 'standby', 'Walk-ons only'],
    [
      'Camera 14',
      'Drone, seaward',
      'Love Hedlund',
      'Fixed 24 mm',
      1,
      'standby',
      'Permit from 20:30 to 22:00',
    ],
  ],
  checklist: {
    'Load-in': [
      ['Mark camera positions with the stage manager', 'Cleo Marchetti', true],
      ['Run SMPTE fibre to the FOH tower', 'Jonas Ek', true, 'Two spares in the blue drum'],
      ['Run triax to the delay tower', 'Rasmus Holm', true],
      ['Power for the crane on its own 32 A feed', 'House electrician', true],
      [
        'Ballast the delay tower and sign it off',
        'Site safety',
        true,
        'Certificate in the production office',
      ],
      ['Level the pit track and lock it', 'Elin Åkesson', true],
      ['Weather covers on all pit cameras', 'Tove Sandberg', false],
      ['Lay cable ramps across the artist route', 'Noah Persson', true],
    ],
    Rig: [
      ['Build cameras 1 to 4 and balance heads', 'Maja Lindqvist', true],
      ['Build the crane and test the fail-safe brake', 'Viktor Nyström', true],
      ['Mount the drum riser camera', 'Saga Bergqvist', true],
      ['Frequency plan for radio cameras agreed', 'Ben Okafor', true, 'Channels 3 and 5, 100 mW'],
      ['Receive antennas up on both wings', 'Ben Okafor', true],
      ['Intercom belts out, ring and program', 'Ida Wikström', false],
      ['Tally tested on every head', 'Ben Okafor', false],
      ['LED side screens mapped', 'Screens', false, 'Left screen 8 px too low'],
      ['Confidence monitor at the vocal position', 'Screens', true],
    ],
    'Line check': [
      ['Black balance and shade all cameras', 'Ben Okafor', false, 'After sunset again'],
      ['Genlock and audio delay measured', 'Ben Okafor', false],
      ['Program to side screens, 1 frame or less', 'Screens', false],
      ['Record isos for cameras 1, 2, 5 and 7', 'Recording', false],
      ['Commentary feed to the radio van', 'Sound', false],
      ['Walk the radio camera paths', 'Noah Persson', false, 'Dropout behind the bar tent'],
      ['Rehearse the opening crane move with playback', 'Viktor Nyström', false],
    ],
    Show: [
      ['Clean all front elements', 'Tove Sandberg', false],
      ['Batteries changed, radio cameras', 'Saga Bergqvist', false],
      ['Wind reading for the crane every 30 minutes', 'Viktor Nyström', false],
      ['Drone permit confirmed with the harbour office', 'Love Hedlund', false, 'Call 20:15'],
      ['Clear the pit after song three for photographers', 'Stage manager', false],
      ['Safe area for burned-in credits checked', 'Ana Duarte', false],
    ],
    Strike: [
      ['Copy record drives twice before unplugging', 'Recording', false],
      ['Crane down before the crowd is out', 'Viktor Nyström', false],
      ['Count fibre drums against the sheet', 'Jonas Ek', false],
      ['Return 32 A feed', 'House electrician', false],
    ],
  },
}

const northernSessions: SeedProduction = {
  id: 'northern-sessions',
  name: 'Northern Sessions Awards',
  venue: 'Usher Hall, Edinburgh',
  startsAt: '2027-02-06T19:00:00Z',
  status: 'planning',
  note: 'Live on one channel, 90 minutes, no second take.',
  members: ['ben', 'cleo'],
  cameras: [
    [
      'Camera 1',
      'Grand circle, centre',
      'Fiona Baird',
      'Fujinon UA107x8.4',
      52,
      'ready',
      'Lectern, head and shoulders',
    ],
    [
      'Camera 2',
      'Stalls, centre aisle',
      'Callum Reid',
      'Canon UJ86x9.3B',
      30,
      'ready',
      'Two-shot of presenters',
    ],
    ['Camera 3', 'Stalls, left', 'Isla Munro', 'Canon UJ86x9.3B', 26, 'standby', 'Nominees, rows C to F'],
    ['Camera 4', 'Stalls, right', 'Ewan Kerr', 'Fujinon UA24x7.8', 20, 'standby', 'Nominees, rows G to K'],
    [
      'Camera 5',
      'Jib, stage right',
      'Morag Sim',
      'Fujinon UA14x4.5',
      5,
      'ready',
      'Opening swoop from the organ',
    ],
    [
      'Camera 6',
      'Steadicam',
      'Duncan Gray',
      'Canon HJ14ex4.3B',
      4,
      'standby',
      'Winner walks, exit stage left',
    ],
    ['Camera 7', 'Stage edge, left', 'Aisha Khan', 'Canon CJ20ex7.8B', 9, 'ready', 'House band'],
    ['Camera 8', 'Organ loft', 'Remote', 'Sony FE 24-70 GM II', 2, 'ready', 'Reverse on the audience'],
    ['Camera 9', 'Upper circle', 'Remote', 'Fujinon UA14x4.5', 3, 'ready', 'Master wide'],
    [
      'Camera 10',
      'Press wall',
      'Rory Blair',
      'Canon CJ20ex7.8B',
      7,
      'standby',
      'Feeds the web stream until 19:00',
    ],
    ['Camera 11', 'Green room', 'Remote', 'Sony FE 16-35 GM II', 1, 'standby', 'No sound'],
    ['Camera 12', 'Envelope table', 'Remote', 'Laowa 24 mm probe', 1, 'fault', 'Replacement arrives Friday'],
  ],
  checklist: {
    Planning: [
      ['Seating plan with nominees marked', 'Cleo Marchetti', true, 'Version 4, rows C to K'],
      ['Camera plan agreed with the director', 'Ana Duarte', true],
      ['Seats killed for cameras 2 to 4', 'Box office', true, '18 seats'],
      ['Running order, version 7, sent to crew', 'Production', true],
      ['Risk assessment for the jib over the audience', 'Morag Sim', true],
      ['Parking for the truck on Cambridge Street', 'Production', false, 'Suspension from 04:00'],
      ['Clearances for all nominee clips', 'Production', false],
    ],
    Rig: [
      ['Protect the circle front before any clamp', 'House technician', false],
      ['Fibre through the organ loft hatch', 'Callum Reid', false],
      ['Jib built, counterweights chained', 'Morag Sim', false],
      ['Dress the cable run across the foyer', 'Rory Blair', false],
      ['Prompters on cameras 1 and 2', 'Prompter', false],
      ['Clock and countdown at the lectern', 'Sound', false],
      ['Second prompter computer as a spare', 'Prompter', false, 'Same script version on both'],
      ['Steadicam receivers on both wings', 'Ben Okafor', false],
    ],
    'Line check': [
      ['Match all cameras to the stage key light', 'Ben Okafor', false, '4,300 K'],
      ['Graphics: names of all 42 nominees proofed', 'Graphics', false],
      ['Clips play with the right audio level', 'Playback', false],
      ['Main and backup feed to the broadcaster', 'Ben Okafor', false],
      ['Delay of the web stream measured', 'Ben Okafor', false],
      ['Subtitles line tested', 'Production', false],
      ['Talkback to the presenter earpieces', 'Sound', false],
    ],
    Rehearsal: [
      ['Stand-ins walk every winner route', 'Duncan Gray', false],
      ['Envelope hand-over, close-up', 'Cleo Marchetti', false],
      ['House band, all stings', 'Aisha Khan', false],
      ['Fire curtain line stays clear of camera 7', 'House technician', false],
      ['Full dress run, recorded', 'Ana Duarte', false],
      ['Notes to crew within the hour', 'Ana Duarte', false],
    ],
    Show: [
      ['Phones off the desk, doors closed at 18:50', 'Production', false],
      ['Line open to the broadcaster, 30 minutes before', 'Ben Okafor', false],
      ['Backup recorder running', 'Recording', false],
      ['Spare handheld warm behind stage left', 'Isla Munro', false],
      ['Winners list under seal until 19:00', 'Production', false],
      ['Off air confirmed by phone', 'Ana Duarte', false],
    ],
  },
}

const velodromeFinals: SeedProduction = {
  id: 'velodrome-finals',
  name: 'Velodrome Finals Night',
  venue: 'Omnisport, Apeldoorn',
  startsAt: '2026-11-28T18:00:00Z',
  status: 'show',
  note: 'Eleven finals. Nobody crosses the track without the commissaire.',
  members: ['cleo'],
  cameras: [
    ['Camera 1', 'Finish line, high', 'Daan Visser', 'Fujinon UA107x8.4', 40, 'live', 'Main follow'],
    ['Camera 2', 'Finish line, low', 'Lotte Bakker', 'Canon UJ86x9.3B', 22, 'live', 'Sprint finish, head on'],
    ['Camera 3', 'Turn 2, high', 'Sem Jansen', 'Canon UJ86x9.3B', 28, 'ready', 'Second follow'],
    ['Camera 4', 'Back straight', 'Fleur de Wit', 'Fujinon UA24x7.8', 16, 'ready', 'Pursuit, far side'],
    [
      'Camera 5',
      'Infield, start gate',
      'Bram Mulder',
      'Canon HJ14ex4.3B',
      5,
      'live',
      'Hands and breath before the gun',
    ],
    [
      'Camera 6',
      'Infield, warm-up',
      'Noor Smit',
      'Canon HJ14ex4.3B',
      6,
      'ready',
      'Rollers; ask before faces',
    ],
    ['Camera 7', 'Derny', 'Remote', 'Fixed 12 mm', 1, 'ready', 'Battery lasts two keirin heats'],
    [
      'Camera 8',
      'Cable camera, long axis',
      'Thijs Bos',
      'Fujinon UA14x4.5',
      4,
      'standby',
      'Only between races',
    ],
    [
      'Camera 9',
      'Roof, centre',
      'Remote',
      'Sony FE 16-35 GM II',
      1,
      'ready',
      'Tactics view for the commentators',
    ],
    ['Camera 10', 'Podium', 'Sanne Vos', 'Canon CJ20ex7.8B', 8, 'standby', ''],
    [
      'Camera 11',
      'Commentary box',
      'Remote',
      'Sony FE 24-70 GM II',
      2,
      'ready',
      'In vision at 18:05 and 21:40',
    ],
  ],
  checklist: {
    Rig: [
      ['Track surface protected under every cable', 'Bram Mulder', true],
      ['Cable camera load test witnessed', 'Thijs Bos', true, '250 kg for 10 minutes'],
      ['Roof camera safety bond', 'House technician', true],
      ['Finish camera square to the line', 'Daan Visser', true],
      ['Derny camera mount approved by the commissaire', 'Noor Smit', true],
      ['Timing data into graphics', 'Graphics', true, 'Serial and network, both'],
      ['Photo finish feed as a source', 'Cleo Marchetti', true],
      ['Commentary positions wired', 'Sound', true],
      ['Lap board camera framed', 'Fleur de Wit', true],
    ],
    'Line check': [
      ['Shutter at 1/500 on cameras 1 to 4', 'Cleo Marchetti', true],
      ['Flicker test with all house lights', 'Cleo Marchetti', true, 'Clean at 100 and 200 fps'],
      ['Slow motion clips on both channels', 'Replay', true],
      ['Start gate microphone, phase checked', 'Sound', true],
      ['Graphics order: lanes, lap, split, result', 'Graphics', false],
      ['International feed clean of graphics', 'Cleo Marchetti', true],
      ['Record all isos', 'Recording', true],
    ],
    Show: [
      ['Sprint quarter-finals', 'Cleo Marchetti', true],
      ['Team pursuit, bronze', 'Cleo Marchetti', true],
      ['Team pursuit, gold', 'Cleo Marchetti', false],
      ['Change derny battery before keirin', 'Noor Smit', false],
      ['Cable camera parked before every start', 'Thijs Bos', false],
      ['Madison: split screen ready', 'Replay', false],
      ['Medal ceremonies, flags checked', 'Sanne Vos', false, 'Anthems from playback 2'],
      ['Interview line, infield', 'Bram Mulder', false],
      ['Highlights of the night, 90 seconds', 'Replay', false],
      ['Results page held for the jury', 'Graphics', false],
      ['Closing wide from the roof', 'Daan Visser', false],
    ],
    Strike: [
      ['Cable camera down with the track empty', 'Thijs Bos', false],
      ['Media to archive, two copies', 'Recording', false],
      ['Track inspected with the house', 'Bram Mulder', false],
      ['Truck closed, seal number noted', 'Sem Jansen', false],
    ],
  },
}

const annualMeeting: SeedProduction = {
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

export const seedProductions: readonly SeedProduction[] = [
  harbourLights,
  northernSessions,
  velodromeFinals,
  annualMeeting,
]
