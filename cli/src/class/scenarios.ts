/**
 * The classes that `class play --scenario NAME` plays: each edge of a class that webhooks can show, with what has to come
 * out of it under the default policy, which asks for 20 %. Data, in the form of a scenario file. Written for classes of
 * half an hour and longer.
 */
import type { Expected, ScenarioFile } from './scenario.js';

const released = (counts: string, atMost?: string): Expected => ({
  counts,
  atMost,
  status: 'present',
  hold: 'released',
});
const refunded = (counts: string): Expected => ({ counts, status: 'absent', hold: 'refunded' });
const doubtful = (counts: string, atMost: string): Expected => ({
  counts,
  atMost,
  status: 'review',
  hold: 'review',
});

/** In for the first half of each of sixty minutes. */
const sixtyDrops = Array.from({ length: 60 }, (_, minute) => `${minute}-${minute}:30`).join(',');

export const scenarios: Readonly<Record<string, ScenarioFile>> = {
  'full-class': {
    says: 'Everybody who bought and the teacher are there from beginning to end.',
    expect: { others: released('0-end') },
  },
  boundary: {
    says: 'Every student is in for exactly a fifth of the lesson, which is enough by default.',
    others: '0-20%',
    expect: { others: released('0-20%') },
  },
  'one-second-short': {
    says: 'Every student is in for one second less than a fifth of the lesson.',
    others: '0:01-20%',
    expect: { others: refunded('0:01-20%') },
  },
  late: {
    says: 'Every student comes a second more than ten minutes late and stays to the end.',
    others: '10:01-end',
    expect: { others: { ...released('10:01-end'), status: 'late' } },
  },
  'never-came': {
    says: 'The teacher waits the whole lesson; no student comes.',
    others: 'absent',
    expect: { others: refunded('absent') },
  },
  'teacher-no-show': {
    says: 'The students are there; the teacher never comes, which the default policy does not ask for.',
    teacher: 'absent',
    expect: { others: released('0-end') },
  },
  'empty-room': {
    says: 'The room is opened and closed; nobody is ever in it.',
    teacher: 'absent',
    others: 'absent',
    expect: { others: refunded('absent') },
  },
  mixed: {
    says: 'Of those who bought, the first stays, the second leaves after five percent, the others never come.',
    students: { first: '0-end', second: '0-5%' },
    others: 'absent',
    expect: {
      students: { first: released('0-end'), second: refunded('0-5%') },
      others: refunded('absent'),
    },
  },

  rejoin: {
    says: 'Every student drops out twice and comes back; only the time inside counts.',
    teacher: '-2-end',
    others: '0-10%,20%-30%,50%-end',
    expect: { others: released('0-10%,20%-30%,50%-end') },
  },
  'many-drops': {
    says: 'Every student is thrown out sixty times, half a minute after coming in; the half minutes add up.',
    others: sixtyDrops,
    expect: { others: released(sixtyDrops) },
  },
  'device-switch': {
    says: "Every student moves to another device in the middle; the moment between the two is nobody's.",
    others: '0-50%>end',
    expect: { others: released('0-50%>end') },
  },
  'device-switch-overlapping': {
    says: 'The same, but the second device is in before the first is said to have left: no moment counts twice.',
    others: '0-50%<end',
    expect: { others: released('0-end') },
  },
  'devices-at-once': {
    says: 'Every student is in by four devices, some at the same time: what they cover together counts, once.',
    others: '0-15%,30%-45%,60%-75%,10%-40%',
    expect: { others: released('0-45%,60%-75%') },
  },
  'early-bird': {
    says: 'Every student is in twenty minutes early and leaves after five percent; a quarter of an hour before the start counts.',
    others: '-20-5%',
    expect: { others: released('-15-5%') },
  },
  overrun: {
    says: 'The class goes on for half an hour too long; no more than its scheduled length counts.',
    teacher: '0-end+30',
    others: '0-end+30',
    expect: { others: released('0-end') },
  },

  'interrupted-room': {
    says: 'The room breaks down a third of the way in and opens again; the class is over at its end, and both parts count.',
    rooms: '0-34%,42%-end',
    expect: { others: released('0-34%,42%-end') },
  },
  'several-lessons': {
    says: 'The session is held in two lessons, each in a room of its own; both count.',
    rooms: '0-15%,50%-end',
    others: '0-10%,90%-end',
    lessons: true,
    expect: { others: released('0-10%,90%-end') },
  },
  'early-finish': {
    says: 'Everybody leaves four minutes before the scheduled end: that is the end, and not an interruption.',
    rooms: '0-end-4',
    expect: { others: released('0-end-4') },
  },
  'early-class': {
    says: 'The whole class is held fourteen minutes early; it is over when it was held, not at the scheduled end.',
    teacher: '-14-end-14',
    others: '-14-end-14',
    rooms: '-14-end-14',
    expect: { others: released('-14-end-14') },
  },
  'room-test-the-day-before': {
    says: 'All try the room for an hour the day before and come for a tenth of the class: the trial is no attendance.',
    teacher: '-1440--1380,0-end',
    others: '-1440--1380,0-10%',
    rooms: '-1440--1380,0-end',
    expect: { others: refunded('0-10%') },
  },
  'wrong-room': {
    says: "Every student sits in another session's room for the whole lesson: absent here.",
    others: 'absent',
    elsewhere: '0-end',
    expect: { others: refunded('absent') },
  },
  ghosts: {
    says: "Recorders, agents, hidden ones and kinds nobody knows are there under the students' ids; no student is.",
    others: 'absent',
    ghosts: ['EGRESS', 'INGRESS', 'AGENT', 'ROBOT', 'hidden', 'recorder', 'agent'],
    expect: { others: refunded('absent') },
  },

  'lost-join': {
    says: 'The join of every student is lost; the leave alone tells the whole stay.',
    others: '?0-50%',
    expect: { others: released('0-50%') },
  },
  'lost-leave': {
    says: 'The leave of every student is lost: how long they stayed is not known, and a person decides.',
    others: '0-end?',
    expect: { others: doubtful('0-0:01', '0-end') },
  },
  'lost-leave-then-found': {
    says: 'The leave of every student comes only when a person is asked to decide: the next version settles by it.',
    others: '0-50%~',
    expect: { others: doubtful('0-0:01', '0-end'), later: released('0-50%') },
  },
  'lost-leave-then-found-early': {
    says: 'The same, but the leave that comes tells that every student left after five percent: refunded.',
    others: '0-5%~',
    expect: { others: doubtful('0-0:01', '0-end'), later: refunded('0-5%') },
  },
  'lost-leave-room-kept-open': {
    says: 'Every student comes for the last five minutes, the leave is lost, and the room stays open for an hour: anything may be true.',
    others: 'end-5-end+55?',
    rooms: '0-end+55',
    expect: { others: doubtful('end-5-end-4:59', 'end-5-end+55') },
  },
  'lost-leave-rejoined': {
    says: 'The first leave of every student is lost; coming again bounds it, and the doubt does not matter.',
    others: '0-30%?,50%-end',
    expect: { others: released('0-0:01,50%-end', '0-end') },
  },
  'node-crash-recovered': {
    says: 'The video server goes down and comes back under the same room sid; of those inside no leave is ever told.',
    rooms: '0-33%!,42%-end',
    expect: { others: released('0-0:01,42%-end', '0-end') },
  },
  'node-crash': {
    says: 'The video server goes down in the middle and nothing is ever heard again: a person decides.',
    rooms: '0-50%!',
    endedBy: 'admin',
    expect: { others: doubtful('0-0:01', '0-end') },
  },
  'room-never-finished': {
    says: 'Everybody leaves at the end, but that the room was finished is lost; what was seen is complete.',
    rooms: '0-end?',
    endedBy: 'admin',
    expect: { others: released('0-end') },
  },
  'interrupted-for-good': {
    says: 'The room breaks down a third of the way in and nobody opens it again: no end of class, but enough of it.',
    rooms: '0-34%',
    endedBy: 'admin',
    expect: { others: released('0-34%') },
  },
  'nothing-heard': {
    says: 'Nothing is heard of any room: who came cannot be known, and a person decides. For a class about to begin.',
    rooms: 'absent',
    endedBy: 'admin',
    expect: { others: { counts: 'absent', status: 'review', hold: 'review' } },
  },
  aborted: {
    says: 'The connection of every student breaks off in the middle, which ends it as a leave does.',
    others: '0-50%!',
    expect: { others: released('0-50%') },
  },
  'never-connected': {
    says: 'Every student tries for half of the class and never gets a connection: nobody was in.',
    others: '?0-50%!',
    expect: { others: refunded('absent') },
  },

  'delivered-twice': {
    says: 'Every webhook arrives twice; it counts once.',
    others: '0-15%',
    deliveries: 2,
    expect: { others: refunded('0-15%') },
  },
  backwards: {
    says: 'The webhooks arrive in the reverse of the order in which they were sent.',
    others: '0-10%,20%-30%,50%-end',
    order: 'reversed',
    expect: { others: released('0-10%,20%-30%,50%-end') },
  },
  'duplicated-and-shuffled': {
    says: 'Every webhook arrives three times, in an order of chance.',
    others: '0-10%,20%-30%,50%-55%',
    rooms: '0-34%,42%-end',
    deliveries: 3,
    order: 'shuffled',
    expect: { others: released('0-10%,20%-30%,50%-55%') },
  },
  'late-correcting-leave': {
    says: 'All is settled as present; then a leave with an earlier time arrives: a new version, and no money moves back.',
    copies: [{ of: 'participant_left', sent: 'late', at: '5%' }],
    expect: { others: released('0-end'), later: { ...refunded('0-5%'), hold: 'released' } },
  },
  'skewed-clock': {
    says: "The video server's clock is half a minute ahead of ours, and so are its signatures.",
    clockAhead: 30,
    expect: { others: released('0-end') },
  },
  'altered-body': {
    says: 'Somebody on the way makes every student leave early: refused with 401, and the true leave counts.',
    copies: [{ of: 'participant_left', at: '5%', forged: true }],
    expect: { others: released('0-end') },
  },
  'nanosecond-times': {
    says: 'The leaves tell their time in nanoseconds: not used, so that nobody knows when the students left.',
    copies: [{ of: 'participant_left', sent: 'instead', nanoseconds: true }],
    expect: { others: doubtful('0-0:01', '0-end') },
  },
  'same-id-other-body': {
    says: 'A second leave comes under the id of the first and tells another time: the first is kept.',
    copies: [{ of: 'participant_left', at: '5%', sameId: true }],
    expect: { others: released('0-end') },
  },
};
