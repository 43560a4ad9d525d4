/** Services that fail with what a person sent in their hands. */
import { expect } from '@jest/globals';
import { connect } from 'amqplib';
import { addressOf, type People, type Stage } from './marked.js';
import { buy, eventually, holdOf, play, publishedCourse } from './story.js';
import type { Storing, System } from './system.js';

/** Every service fails with a person's data in its hands: PostgreSQL refuses the row, and quotes it. */
export async function breakEach(stage: Stage, { admin, teacher, student }: People): Promise<void> {
  const { system, mark } = stage;
  const reason = `${mark} again`;
  const usd = { amount: 1, currency: 'USD', reason };
  const open = (await publishedCourse(teacher)).sessions[0]!;
  const bought = await buy(student, open);
  const hold = holdOf(bought);
  await eventually('settlement to know the hold', async () => {
    const { status } = await student.get(`/holds/${hold}`);
    return status === 200;
  });
  const refusing = (service: Storing, table: string, ask: () => Promise<{ status: number }>) =>
    failing(system, service, ask, [
      `alter table ${table} add constraint refused check (false) not valid`,
      `alter table ${table} drop constraint refused`,
    ]);
  const { id } = student;
  const email = addressOf(stage, 'second');
  await refusing('identity', 'users', () =>
    student.post('/auth/register', { email, password: `${mark}-password`, name: mark, role: 'student' }),
  );
  await refusing('identity', 'reset_requests', () => student.post('/auth/password/forgot', { email }));
  await refusing('identity', 'audit_entries', () =>
    admin.patch(`/admin/users/${id}`, { roles: ['student'], reason }),
  );
  await failing(system, 'identity', () => admin.get(`/admin/users?text=${email}`), [
    'alter table users rename column name to called',
    'alter table users rename column called to name',
  ]);
  await refusing('wallet', 'entries', () => admin.post(`/admin/wallets/${id}/clawback`, usd));
  await refusing('enrollment', 'courses', () => teacher.patch(`/courses/${open.courseId}`, { title: mark }));
  await refusing('enrollment', 'cancellations', () =>
    student.delete(`/enrollments/sessions/${bought.body.id}`, { reason }),
  );
  await refusing('settlement', 'decisions', () => admin.post(`/admin/holds/${hold}/refund`, { reason }));
  await refusing('attendance', 'deliveries', () =>
    play(system, teacher.id, open, { students: { [id]: '0-60' }, tries: 1 }).then(
      () => ({ status: 200 }),
      () => ({ status: 503 }),
    ),
  );
}

/** Asks while a statement keeps the service from answering, and undoes it. */
async function failing(
  system: System,
  service: Storing,
  ask: () => Promise<{ status: number }>,
  [before, after]: readonly [before: string, after: string],
): Promise<void> {
  const db = system.db(service);
  await db.raw(before);
  const { status } = await ask();
  await db.raw(after);
  expect([service, before, status >= 500]).toEqual([service, before, true]);
}

/** A message that nobody can read, with a person in it. */
export async function parkSomething({ system, mark }: Stage): Promise<void> {
  const connection = await connect(system.amqp);
  const channel = await connection.createConfirmChannel();
  channel.sendToQueue(`${system.prefix}wallet`, Buffer.from(`${mark}@private.test`), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
  const parked = () => system.db('wallet')('parked').count('* as count').first();
  await eventually('the message to be parked', async () => Number((await parked())?.count) > 0);
}

/** A service that is away, with a person's data on the way to it. The last thing to do: it does not come back. */
export async function loseWallet({ system, mark }: Stage, { admin, student }: People): Promise<void> {
  for (const one of system.processes('wallet')) await one.kill('SIGKILL');
  const gift = { amount: 1, currency: 'USD', reason: `${mark} at last` };
  const answers = [
    await student.get(`/wallet?currency=${mark}`),
    await student.get(`/wallet/transactions?cursor=${student.token}`),
    await admin.post(`/admin/wallets/${student.id}/credit`, gift),
  ];
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
}
