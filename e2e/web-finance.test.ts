/** The finance area in Chromium: a ledger that balances, and where each cent went. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { followHold } from '@rollcall/contracts/api/finance';
import { approveWithdrawal, completeWithdrawal } from '@rollcall/contracts/api/withdrawals-admin';
import { button, downloadBy, heading } from './browser.js';
import { expectGoodPage, expectGoodPages, screenshot } from './good-page.js';
import { LOOKS, type Office, pictureOf, startOffice } from './office.js';
import { eventually } from './story.js';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
}, 240_000);
afterAll(() => office?.stop());

test('finance follows one hold from the purchase to the payout, and verifies the seals', async () => {
  const withdrawalId = await office.request(2000);
  await office.admin.api.call(approveWithdrawal, { params: { withdrawalId } });
  await office.admin.api.call(completeWithdrawal, { params: { withdrawalId } });
  await eventually('the payout to be sealed', async () => {
    const { body } = await office.admin.api.call(followHold, { params: { holdId: office.paid.holdId } });
    return body.payouts.some(({ status }) => status === 'completed') && body.steps.length >= 4;
  });
  const tab = await office.as('finance', '/finance/ledger');
  const { page } = tab;
  await page
    .getByRole('link', { name: /^hold …/ })
    .first()
    .click();
  await heading(page, /Hold of .*50\.00, followed/).waitFor();
  await page.getByText('Bought: the money is held').waitFor();
  await page.getByText('Settled: the money is shared out').waitFor();
  await page.getByText('Paid out to the bank').first().waitFor();
  await screenshot(page, 'office-follow');

  await page.goto('/finance/seals');
  await button(page, 'Verify').click();
  await page.locator('[data-verified=yes]').waitFor();
  await expectGoodPage(tab);
  await page.goto('/finance');
  await page.locator('[data-balances=true]').waitFor();
  await screenshot(page, 'office-balance');
  await page.goto('/finance/exports');
  expect((await downloadBy(page, 'Download the ledger')).bytes.toString()).toMatch(/payment_release/);
  await tab.close();
});

test('finance is told which seal does not fit, and what to do', async () => {
  const db = office.system.db('wallet');
  const change = async (to: string) => {
    await db.transaction(async (tx) => {
      await tx.raw('set local session_replication_role = replica'); // past the triggers
      await tx.raw(
        "update entries set description = ? where type = 'admin_credit' and id = (select entry_id from seals where seq = 1)",
        [to],
      );
    });
  };
  const row = await db('entries')
    .join('seals', 'entry_id', 'entries.id')
    .where({ seq: 1 })
    .first('description');
  const tab = await office.as('finance', '/finance/seals');
  try {
    await change('Changed by hand');
    await tab.page.getByRole('button', { name: 'Verify' }).click();
    await tab.page.getByText('Seal 1 does not fit').waitFor();
  } finally {
    await change(row.description);
  }
  await tab.close();
});

const FINANCE = [
  ...['', '/ledger', '/holds', '/seals', '/solvency', '/reconciliation', '/exports', '/audit'],
].map((path) => `/finance${path}`);

test.each(LOOKS)('every page of finance is good $name', async ({ name, look }) => {
  const tab = await office.as('finance', '/finance', look);
  await expectGoodPages(tab, [...FINANCE, `/finance/holds/${office.paid.holdId}`], (path) =>
    screenshot(tab.page, pictureOf(name, path)),
  );
  await tab.close();
});
