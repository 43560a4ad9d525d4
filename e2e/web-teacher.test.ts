/** The teacher's way through the web app: a course is made, its class is played, and what it earned is withdrawn. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { post as postWebhook } from '@rollcall/cli/class/post';
import { parseSpans } from '@rollcall/cli/class/scenario';
import type { Course } from '@rollcall/contracts/api/enrollment';
import { teacherCourses } from '@rollcall/contracts/api/teaching';
import { listWithdrawals, type Withdrawal } from '@rollcall/contracts/api/withdrawals';
import { webhooksOf } from '@rollcall/contracts/class-webhooks';
import type { Page } from 'playwright-core';
import {
  type Account,
  button,
  closeBrowser,
  decide,
  downloadBy,
  field,
  heading,
  openPage,
  signedIn,
  signIn,
  type Tab,
} from './browser.js';
import { expectGoodPage, expectGoodPages, screenshot } from './good-page.js';
import { checkInvariants } from './invariants.js';
import {
  buy,
  buyCourse,
  type Caller,
  demo,
  eventually,
  holdOf,
  play,
  publishedCourse,
  register,
  type Session,
  settled,
  studentWith,
  walletOf,
} from './story.js';
import { MONEY, type System, startSystem } from './system.js';

const BANK_KEYS = `a:${Buffer.alloc(32, 'a').toString('base64')}`;

let system: System;
let admin: Caller;
beforeAll(async () => {
  // What changes is told by notification: no page waits for its next look at the clock.
  system = await startSystem({
    services: [...MONEY, 'notification', 'gateway'],
    settingsOf: { wallet: { BANK_KEYS } },
  });
  admin = await demo(system.gateway, 'admin');
}, 240_000);
afterAll(async () => {
  await closeBrowser();
  await system?.stop();
});

interface Teacher extends Caller {
  readonly account: Account;
}

async function newTeacher(): Promise<Teacher> {
  const caller = await register(system.gateway, 'teacher');
  const { email } = (await caller.get<{ email: string }>('/auth/me')).body;
  return { ...caller, account: { email, password: 'correct horse battery' } };
}

async function studentCalled(name: string, credits = 20_000): Promise<Caller> {
  const student = await studentWith(system.gateway, admin, credits);
  await student.patch('/auth/me', { name });
  return student;
}

const figure = (page: Page, name: string) => page.locator(`[data-figure="${name}"]`);
/** Such as US$25.00: as the page's locale writes it. */
const usd = (amount: number) => `US$${(amount / 100).toFixed(2)}`;

/** A moment as a datetime-local field has it, by the clock of the pages, Europe/Kyiv. */
const localOf = (at: Date): string =>
  new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone: 'Europe/Kyiv' })
    .format(at)
    .replace(' ', 'T');

async function draftInBrowser(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'My courses' }).first().click();
  await page.getByText('You have no course yet').waitFor();
  await page.getByRole('link', { name: 'New course' }).click();
  await heading(page, 'New course').waitFor();
  await field(page, 'Title').first().fill('Sketching from life');
  await field(page, 'Price of the whole course').fill('50');
  await button(page, 'Create the draft').click();
  await page.getByText('Choose a day and a time.').waitFor(); // refused here, before anything is sent
  await page.getByLabel('Starts').fill(localOf(new Date(Date.now() + 86_400_000)));
  await field(page, 'Price alone').fill('25');
  await button(page, 'Create the draft').click();
  await page.getByText('must not be empty').first().waitFor(); // the API's own words, at the field
  await field(page, 'Title').nth(1).fill('Hands');
  await button(page, 'One more session').click();
  await field(page, 'Title').nth(2).fill('Faces');
  await button(page, 'Create the draft').click();
  await heading(page, 'Sketching from life').waitFor();
}

test('makes a course, sees who buys it, what the class brought, and has it paid out, nothing loaded anew', async () => {
  const teacher = await newTeacher();
  const tab = await openPage(system);
  const { page } = tab;
  await signIn(page, teacher.account, '/teacher');
  await expectGoodPage(tab);
  await draftInBrowser(page);
  await expectGoodPage(tab);
  await button(page, 'Publish').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await page.getByText('The course is on sale').waitFor();
  const [course] = (await teacher.api.call(teacherCourses)).body.data as [Course];
  expect(course).toMatchObject({ status: 'published', price: { amount: 5000, currency: 'USD' } });
  const [session, later] = course.sessions as [Session, Session];
  expect(Date.parse(later.startsAt) - Date.parse(session.startsAt)).toBe(7 * 86_400_000);

  const [came, stayed] = [await studentCalled('Olena Koval'), await studentCalled('Bo Berg')];
  const streams: string[] = [];
  page.context().on('request', (request) => {
    if (request.url().endsWith('/api/v1/events')) streams.push(request.url());
  });
  const revenue = await tab.another();
  await revenue.goto('/teacher');
  await page.getByRole('link', { name: '1. Hands' }).click();
  await page.getByText('Nobody has bought this session yet').waitFor();
  const bought = await buy(came, session);
  await buyCourse(stayed, course);
  await page.getByText('Olena Koval').waitFor();
  await page.getByText('Bo Berg').waitFor();
  await figure(revenue, 'Held').getByText(usd(7500)).waitFor();
  expect(streams).toEqual([]); // the second tab hears by the first one's

  await play(system, teacher.id, session, { students: { [came.id]: '0-20,25-60', [stayed.id]: '0-5' } });
  expect((await settled(came, holdOf(bought))).status).toBe('released');
  await page.getByText('Released').waitFor();
  await page.getByText('Refunded').waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'teacher-class');
  await button(page, 'Why: Olena Koval').click();
  await page.getByText('The teacher gets the rest').waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'teacher-decision');
  await page.keyboard.press('Escape');

  await figure(revenue, 'Available').getByText(usd(2500)).waitFor();
  await expectGoodPage(tab, revenue);
  await withdrawInBrowser(tab, revenue, teacher);
  await tab.close();
});

async function withdrawInBrowser(tab: Tab, page: Page, teacher: Teacher): Promise<void> {
  await page.getByRole('link', { name: 'Withdraw', exact: true }).click();
  await heading(page, 'Withdrawals').waitFor();
  await field(page, 'Amount').fill('25.01');
  await field(page, 'Account number or IBAN').fill('DE89370400440532013001');
  await field(page, 'Name of the holder').fill('Tea Cher');
  await field(page, 'Bank').fill('A Bank');
  await button(page, 'Ask for it').click();
  await page
    .getByText(`${usd(2500)} is available.`)
    .nth(1)
    .waitFor(); // as an error too
  await button(page, `All of it: ${usd(2500)}`).click();
  await button(page, 'Ask for it').click();
  await page.getByText('is no valid IBAN').first().waitFor();
  await expectGoodPage(tab, page);
  await field(page, 'Account number or IBAN').fill('DE89370400440532013000');
  await button(page, 'Ask for it').dblclick(); // sent once all the same
  await page.getByText('Pending').first().waitFor();
  const { data } = (await teacher.api.call(listWithdrawals)).body;
  expect(data).toMatchObject([{ amount: 2500, status: 'pending' }]);
  await page.getByText('Less than US$10.00 is available').waitFor();
  await expectGoodPage(tab, page);

  await page.getByRole('link', { name: `Details of ${usd(2500)}` }).click();
  await page.getByText('An admin looks at it').waitFor();
  await expectGoodPage(tab, page);
  await page.locator('[data-live="open"]').waitFor();
  const office = await signedIn(system, 'admin', '/admin');
  await office.page.getByRole('link', { name: 'Withdrawals to decide' }).click();
  await office.page.getByRole('table').getByRole('link').first().click();
  await decide(office.page, 'Approve');
  await page.getByText('It arrives at your bank').waitFor();
  await page.locator('[data-step="approved now"]').waitFor();
  await decide(office.page, 'Complete');
  await page.locator('[data-step="completed done"]').waitFor();
  await expectGoodPage(office);
  await office.close();
  await page.getByRole('link', { name: 'Revenue' }).click();
  await figure(page, 'Withdrawn').getByText(usd(2500)).waitFor();
  await page.getByRole('link', { name: 'See each movement' }).click();
  expect((await downloadBy(page, 'Download as CSV')).name).toMatch(/\.csv$/);
}

test('a change that crosses another is refused in plain words, and a session is cancelled knowing whose money goes back', async () => {
  const teacher = await newTeacher();
  const student = await studentCalled('Ines Roy', 1000);
  const course = await publishedCourse(teacher, { sessions: 2 });
  await buy(student, course.sessions[0]!);
  const tab = await openPage(system, { width: 'phone', scheme: 'dark' });
  const { page } = tab;
  await signIn(page, teacher.account, `/teacher/courses/${course.id}`);
  await field(page, 'Title').fill('Fractions, slowly');
  expect((await teacher.patch(`/courses/${course.id}`, { description: 'Elsewhere' })).status).toBe(200);
  await button(page, 'Save').click();
  await page.getByText('Changed meanwhile').waitFor();
  await expectGoodPage(tab);
  await button(page, 'Show what it is now').click();
  await page.getByText('Changed meanwhile').waitFor({ state: 'detached' });
  expect(await field(page, 'Description').inputValue()).toBe('Elsewhere');
  await field(page, 'Title').fill('Fractions, slowly');
  await button(page, 'Save').click();
  await heading(page, 'Fractions, slowly').waitFor();
  await field(page, 'Students at most').fill('7'); // goes on from what was saved
  await button(page, 'Save').click();
  await eventually('the limit to be saved', async () => {
    const { body } = await teacher.get<Course>(`/courses/${course.id}`);
    return body.maxStudents === 7 && body.title === 'Fractions, slowly';
  });

  await button(page, 'Change session 1').click();
  expect(await field(page, 'Price alone').isDisabled()).toBe(true); // sold
  const startsAt = new Date(Date.now() + 30 * 86_400_000);
  await page.getByLabel('Starts').fill(localOf(startsAt));
  await page.getByText('1 student has a place in it and is told of the new time').waitFor();
  await expectGoodPage(tab);
  await button(page, 'Save the session').click();
  await page.getByText('The session is saved').waitFor();

  await button(page, 'Cancel session 1').click();
  await page.getByText(`gets all of the money back at once: ${usd(1000)}`).waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'teacher-cancels');
  expect((await walletOf(student)).credits.amount).toBe(0);
  await button(page, 'Cancel the session').click();
  await page.getByText('The session is cancelled').waitFor();
  await eventually('the money to be back', async () => (await walletOf(student)).credits.amount === 1000);
  await tab.close();
});

test('a session that is renamed begins when it began, to the second', async () => {
  const teacher = await newTeacher();
  const course = await publishedCourse(teacher);
  const [session] = course.sessions as [Session];
  const startsAt = session.startsAt.replace(':00.000Z', ':30.000Z');
  expect((await teacher.patch(`/sessions/${session.id}`, { startsAt })).status).toBe(200);
  const tab = await openPage(system);
  const { page } = tab;
  await signIn(page, teacher.account, `/teacher/courses/${course.id}`);
  await button(page, 'Change session 1').click();
  await page.getByRole('dialog').getByLabel('Title').fill('Halves');
  await button(page, 'Save the session').click();
  await page.getByText('The session is saved').waitFor();
  const { body } = await teacher.get<Course>(`/courses/${course.id}`);
  expect(body.sessions).toMatchObject([{ title: 'Halves', startsAt }]);
  await tab.close();
});

test('shows who is in the room while class is on', async () => {
  const teacher = await newTeacher();
  const student = await studentCalled('Jun Sato', 1000);
  const session = (await publishedCourse(teacher, { startsIn: 0.1 })).sessions[0]!;
  await buy(student, session);
  const tab = await openPage(system);
  const { page } = tab;
  await signIn(page, teacher.account, `/teacher/sessions/${session.courseId}/${session.id}`);
  await page.getByText('Nobody is in the room.').waitFor();
  const person = (userId: string, role: 'teacher' | 'student') => ({
    ...{ userId, name: userId, role, connections: parseSpans('0-60', 3600) },
  });
  const lesson = { ...session, startsAt: new Date(session.startsAt) };
  const cast = [person(teacher.id, 'teacher'), person(student.id, 'student')];
  const bodies = webhooksOf(
    lesson,
    cast,
    undefined,
    (kind) => `${kind}_${session.id.slice(-9)}${Math.random()}`,
  );
  const door = { urls: system.urls.attendance.join(','), key: 'devkey', secret: 'secret', tries: undefined };
  for (const { body } of bodies) if (body.includes('"participant_joined"')) await postWebhook(door, body);
  await page.getByText('2 people are in the room').waitFor();
  await page.getByText('Class is on').waitFor();
  await page.locator('[data-in-room]').getByText('Jun Sato').waitFor();
  await expectGoodPage(tab);
  await screenshot(page, 'teacher-room');
  await tab.close();
});

test('stores an account, is paid by itself from then on, and is told what stands in the way', async () => {
  const teacher = await newTeacher();
  const tab = await openPage(system, { width: 'phone' });
  const { page } = tab;
  await signIn(page, teacher.account, '/teacher/settings');
  await button(page, 'Store an account').click();
  await field(page, 'Name of the holder').fill('Tea Cher');
  await field(page, 'Account number or IBAN').fill('DE89370400440532013000');
  await field(page, 'Bank').fill('A Bank');
  await expectGoodPage(tab);
  await button(page, 'Store this account').click();
  await page.getByText('A Bank, ****3000').waitFor();
  await page.getByRole('switch').check({ force: true });
  await field(page, 'Not less than').fill('5');
  await button(page, 'Save').click();
  await page.getByText('At least US$10.00.').waitFor();
  await field(page, 'Not less than').fill('30');
  await button(page, 'Save').click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await expectGoodPage(tab);
  await page.goto('/teacher/withdrawals');
  await page.locator('[data-obstacle="below-minimum"]').waitFor();
  expect(await page.locator('[data-obstacle]').count()).toBe(1);
  await tab.close();
});

interface Busy {
  readonly teacher: Teacher;
  /** Of the pages. */
  readonly paths: readonly string[];
}

/** A teacher with something on every page; one for all who only look. */
let busy: Promise<Busy> | undefined;
function busyTeacher(): Promise<Busy> {
  busy ??= makeBusy();
  return busy;
}

async function makeBusy(): Promise<Busy> {
  const teacher = await newTeacher();
  const student = await studentCalled('Ada Weber', 10_000);
  const course = await publishedCourse(teacher, { sessions: 2, price: 4000 });
  const bought = await buyCourse(student, course);
  const session = course.sessions[0]!;
  await play(system, teacher.id, session, { students: { [student.id]: '2-50' } });
  await settled(student, holdOf(bought));
  const bank = { bankName: 'A Bank', accountNumber: '1234 5678', accountName: 'Tea Cher' };
  const asked = { amount: 1000, currency: 'USD', bankAccount: bank };
  const { body } = await teacher.post<Withdrawal>('/withdrawals/request', asked);
  const paths = [
    ...['', '?by=course', '/transactions', '/transactions?type=payment_release', '/sessions?show=all'],
    ...['/courses', '/courses/new', `/courses/${course.id}`, `/sessions/${course.id}/${session.id}`],
    ...['/withdrawals', `/withdrawals/${body.id}`, '/settings'],
  ];
  return { teacher, paths };
}

test.each([
  { width: 'desktop', scheme: 'dark', locale: 'en-GB' },
  { width: 'phone', scheme: 'light', locale: 'uk-UA' },
] as const)('every page is good on a $width, $scheme, in $locale', async (look) => {
  const { teacher, paths } = await busyTeacher();
  const tab = await openPage(system, look);
  await signIn(tab.page, teacher.account, '/teacher');
  await expectGoodPages(
    tab,
    paths.map((path) => `/teacher${path}`),
    (path) => screenshot(tab.page, `${path.slice(1).replaceAll(/\W+|[0-9a-f-]{36}/g, '-')}-${look.width}`),
  );
  await tab.close();
});

test('filters stand in the address: a reload keeps them, and the way back goes to those of before', async () => {
  const { teacher } = await busyTeacher();
  const tab = await openPage(system);
  const { page } = tab;
  await signIn(page, teacher.account, '/teacher?by=month');
  await page.getByText('Month', { exact: true }).waitFor();
  await page.locator('label').getByText('Course', { exact: true }).click();
  await page
    .getByRole('cell', { name: usd(4000) })
    .first()
    .waitFor();
  await page.reload();
  await page
    .getByRole('cell', { name: usd(4000) })
    .first()
    .waitFor();
  expect(await page.getByRole('radio', { name: 'Course' }).isChecked()).toBe(true);
  await screenshot(page, 'teacher-revenue');
  await page.goBack();
  await page.waitForURL('**/teacher?by=month');
  expect(await page.getByRole('radio', { name: 'Month' }).isChecked()).toBe(true);
  await tab.close();
});

test('after all of it every invariant holds', async () => {
  expect(await checkInvariants(system)).toEqual({ code: 0, violated: [] });
});
