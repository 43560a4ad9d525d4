/** attendance.md's examples as events: for the pure function, and for the door. */
import type { Seen } from '../src/domain/evidence.js';
import type { Label } from '../src/domain/label.js';
import { connection, F, minutes, SW, TEACHER, whole } from './table.js';

const a = connection('PA_a', '00:00');
const teacher = connection('PA_t', '00:00', { user: TEACHER });

/** [number and input in words, events, lo..hi seconds, lo..hi percent, label] */
export type Row = [string, Seen[], [number, number], [number, number], Label];

const exact = (input: string, events: Seen[], seconds: number, of: number, label: Label): Row => [
  input,
  events,
  [seconds, seconds],
  [of, of],
  label,
];

const early = connection('PA_a', '-02:00');
const late = connection('PA_a', '12:00');
const fromFive = connection('PA_a', '05:00');
const robot = (sid: string) => connection(sid, '00:00', { person: false });
export const alone = connection('PA_0', '-120:00', { roomSid: 'RM_0' });
const fiftieth = connection('PA_a', '50:00');
const end = connection('PA_a', '55:00');

export const rows: readonly Row[] = [
  exact(
    '1: in before the start and after the end',
    [early.J, early.L('61:00'), F('61:20')],
    3600,
    100,
    'present',
  ),
  exact('2: in from 12:00 to the end', [late.J, late.L('60:00')], 2880, 80, 'late'),
  exact('3: twelve minutes', [a.J, a.L('12:00')], 720, 20, 'present'),
  exact('4: one second less', [a.J, a.L('11:59')], 719, 19.97, 'absent'),
  exact('5: the same ids again', [a.J, a.J, a.L('30:00'), a.L('30:00'), a.J], 1800, 50, 'present'),
  exact('6: the leave arrives before the join', [fromFive.L('55:00'), fromFive.J], 3000, 83.33, 'present'),
  exact('7: the join is lost', [fromFive.L('55:00')], 3000, 83.33, 'present'),
  ['8: the leave is lost', [a.J, F('60:25')], [1, 3600], [0.02, 100], 'review'],
  [
    '9: the leave is lost, sweeps saw him each minute',
    [a.J, F('60:25'), ...minutes(1, 59).map((time) => SW(time, 'PA_a'))],
    [3540, 3600],
    [98.33, 100],
    'present',
  ],
  [
    '10: sweeps saw him until 29:00 and not at 30:00 and 31:00',
    [a.J, F('60:25'), ...minutes(1, 29).map((time) => SW(time, 'PA_a')), SW('30:00'), SW('31:00')],
    [1740, 1800],
    [48.33, 50],
    'present',
  ],
  exact(
    '11: a second device takes over',
    [a.J, a.L('20:00', 'DUPLICATE_IDENTITY'), ...whole('PA_b', '20:00.400', '60:00')],
    3599,
    99.97,
    'present',
  ),
  exact(
    '12: the old device leaves after the new one joined',
    [a.J, ...whole('PA_b', '20:00', '60:00'), a.L('20:04')],
    3600,
    100,
    'present',
  ),
  exact(
    '13: four connections that overlap in part',
    [
      ...whole('PA_a', '00:00', '10:00'),
      ...whole('PA_b', '20:00', '30:00'),
      ...whole('PA_c', '40:00', '50:00'),
      ...whole('PA_d', '05:00', '25:00'),
    ],
    2400,
    66.66,
    'present',
  ),
  exact(
    '14: sixty connections of 30 s',
    minutes(0, 59).flatMap((time, index) => whole(`PA_${index}`, time, time.replace(':00', ':30'))),
    1800,
    50,
    'present',
  ),
  exact('15: aborted alone', [connection('PA_a', '00:55').A('01:00')], 0, 0, 'absent'),
  exact('16: aborted after having joined', [a.J, a.A('50:00')], 3000, 83.33, 'present'),
  exact(
    '17: recorder, agent, hidden and a robot for a full hour',
    ['PA_e', 'PA_g', 'PA_h', 'PA_r'].flatMap((sid) => [
      robot(sid).J,
      robot(sid).T('01:00'),
      robot(sid).L('60:00'),
    ]),
    0,
    0,
    'absent',
  ),
  exact(
    '18: the room is interrupted and comes again under a new sid',
    [
      ...whole('PA_a', '00:00', '20:00'),
      F('20:20'),
      ...whole('PA_b', '25:00', '60:00', { roomSid: 'RM_2' }),
      F('60:20', 'RM_2'),
    ],
    3300,
    91.66,
    'present',
  ),
  exact(
    '19: one sweep missed him',
    [a.J, SW('11:00'), SW('12:00', 'PA_a'), a.L('60:00')],
    3600,
    100,
    'present',
  ),
  exact('20: end before start', whole('PA_a', '00:00.900', '00:00'), 0, 0, 'absent'),
  exact('25: his identity in another session is not here', [teacher.J, teacher.L('60:00')], 0, 0, 'absent'),
  exact(
    '28: nobody ever came, sweeps were good',
    minutes(0, 59).map((time) => SW(time)),
    0,
    0,
    'absent',
  ),
  exact(
    '30: alone in the morning, six minutes in class',
    [
      alone.J,
      alone.L('-90:00'),
      F('-89:40', 'RM_0'),
      ...whole('PA_a', '00:00', '06:00'),
      teacher.J,
      teacher.L('60:00'),
      F('60:20'),
    ],
    360,
    10,
    'absent',
  ),
  ['31: the node crashed', [a.J, teacher.J], [1, 3600], [0.02, 100], 'review'],
  ['32: joined at 55:00, the leave is lost', [end.J, F('115:00')], [1, 3600], [0.02, 100], 'review'],
  [
    '33: seen from 50:00 to 63:00, the leave is lost (late: first seen after 10:10)',
    [fiftieth.J, ...minutes(51, 63).map((time) => sweepOf(fiftieth.J, time)), F('115:00')],
    [780, 3600],
    [21.66, 100],
    'late',
  ],
];

function sweepOf(joined: Seen, time: string): Seen {
  const { participantSid, identity, joinedAtMs } = joined;
  return {
    ...SW(time),
    active: [{ participantSid: participantSid!, identity, joinedAtMs, joinedAt: null, person: true }],
  };
}
