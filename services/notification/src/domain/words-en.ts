/** Every letter in English. */
import { type Lesson, type Show, standingOf, type Words } from './letter.js';

const lessonRows = (lessons: readonly Lesson[], show: Show) =>
  lessons.map(({ title, startsAt }) => [title, show.moment(startsAt)] as const);

const REFUNDED: Readonly<Record<string, string>> = {
  'below-threshold': 'You attended less of the lesson than it takes for it to be charged.',
  'teacher-no-show': 'The teacher was not there for long enough.',
  'session-cancelled': 'The teacher has cancelled the lesson.',
  cancelled: 'You have cancelled the lesson.',
  admin: 'Our staff decided so.',
  attended: 'Our staff decided to give a part of the price back.',
};
/** Of a lesson by subscription, by whether all of its price went back there. */
const OF_SUBSCRIPTION = {
  back: 'The lesson can be booked by your subscription again.',
  used: 'The lesson counts as one of your subscription.',
} as const;
const DECLINED: Readonly<Record<string, string>> = {
  'insufficient-credit': 'Your credits do not cover the price.',
  'price-changed': 'It costs more by now than you were shown.',
  'no-subscription': 'You have no subscription that runs.',
  'subscription-past-due': 'The current period of your subscription is not paid.',
  'quota-used-up': 'Your subscription has not enough lessons left this month.',
  'lesson-too-dear': 'The lesson costs more than your subscription pays for one.',
  'other-currency': 'The lesson is sold in another currency than your subscription.',
};
const DEBT: Readonly<Record<string, string>> = {
  correction: 'A settled lesson was corrected, and the money had already been used.',
  clawback: 'Our staff took back earnings that had already been used.',
  chargeback: 'A card payment was charged back, and what it paid for had already been used.',
  'card-refund': 'A card payment was refunded, and what it paid for had already been used.',
};
const untaken = (fundedBy: string): string =>
  fundedBy === 'card'
    ? 'Your card was charged; the money is in your credits.'
    : 'Nothing was taken from you.';
const because = (reason: string | null): string[] => (reason === null ? [] : [`Reason: ${reason}`]);
const PART = { student: 'Refunded to you', teacher: 'Your part' } as const;
const DOCUMENTS = { invoice: 'Invoice', credit_note: 'Credit note', correction: 'Correction' } as const;
const invoiceRows = (
  name: string,
  { number, total }: { readonly number: string; readonly total: Parameters<Show['money']>[0] },
  show: Show,
) =>
  [
    [name, number],
    ['Total', show.money(total)],
  ] as const;
const toInvoice = (id: string) => ({ label: 'Open the invoice and its PDF', path: `/invoices/${id}` });
const wallet = { label: 'Open your wallet', path: '/wallet' };
const lessons = { label: 'See your lessons', path: '/lessons' };
const subscription = { label: 'See your subscription', path: '/subscription' };
const earnings = { label: 'See your withdrawals', path: '/withdrawals' };

export const en: Words = {
  greeting: (name) => (name === null ? 'Hello,' : `Hello ${name},`),
  farewell: 'Rollcall',
  letters: {
    'email-verification': ({ token, expiresAt }, show) => ({
      subject: 'Please confirm your e-mail address',
      paragraphs: ['Please confirm that this address is yours.'],
      action: { label: 'Confirm the address', path: `/verify-email#token=${token}` },
      closing: [
        `The link is good until ${show.moment(expiresAt)}.`,
        'If you did not open an account, you need not do anything.',
      ],
    }),
    'password-reset': ({ token, expiresAt }, show) => ({
      subject: 'Set a new password',
      paragraphs: ['Somebody asked for a new password for your account.'],
      action: { label: 'Set a new password', path: `/reset-password#token=${token}` },
      closing: [
        `The link is good once, until ${show.moment(expiresAt)}.`,
        'If it was not you, you need not do anything: your password stays as it is.',
      ],
    }),
    'purchase-activated': ({ purchaseId, lessons: bought, total, fundedBy }, show) => ({
      subject:
        bought.length === 1
          ? `You have booked: ${bought[0]?.title}`
          : `You have booked ${bought.length} lessons`,
      paragraphs: [
        fundedBy === 'subscription'
          ? 'Your purchase went through; it counts towards your subscription.'
          : `Your purchase went through. ${show.money(total)} of your credits are held until the lessons have taken place.`,
      ],
      rows: [...lessonRows(bought, show), ['Total', show.money(total)], ['Purchase', purchaseId]],
      action: lessons,
    }),
    'purchase-declined': ({ lessons: wanted, total, fundedBy, reason }, show) => ({
      subject: 'Your purchase did not go through',
      paragraphs: [DECLINED[reason ?? ''] ?? 'The purchase could not be made.', untaken(fundedBy)],
      rows: [...lessonRows(wanted, show), ['Price', show.money(total)]],
      action: wallet,
    }),
    'purchase-expired': ({ lessons: wanted, total, fundedBy }, show) => ({
      subject: 'Your purchase did not go through',
      paragraphs: [`The purchase took too long and was given up. ${untaken(fundedBy)} Please try again.`],
      rows: [...lessonRows(wanted, show), ['Price', show.money(total)]],
      action: lessons,
    }),
    'purchase-cancelled': ({ lessons: given, refunded, purchaseId, fundedBy }, show) => ({
      subject: given.length === 1 ? `Cancelled: ${given[0]?.title}` : `${given.length} lessons cancelled`,
      paragraphs: [
        fundedBy === 'subscription'
          ? 'Your cancellation went through. The lessons can be booked by your subscription again.'
          : `Your cancellation went through. ${show.money(refunded)} went back to where it came from.`,
      ],
      rows: [...lessonRows(given, show), ['Purchase', purchaseId]],
      action: wallet,
    }),
    refund: ({ lesson, refund, paid, reason, attended, bySubscription }, show) => ({
      subject: bySubscription
        ? `${refund.amount === paid.amount ? 'Yours again' : 'Decided'}: ${lesson.title}`
        : refund.amount === 0
          ? `Cancelled: ${lesson.title}`
          : `Refund for ${lesson.title}`,
      paragraphs: bySubscription
        ? [
            OF_SUBSCRIPTION[standingOf(refund, paid)],
            REFUNDED[reason === 'attended' ? 'admin' : reason] ?? REFUNDED.admin ?? '',
          ]
        : [
            ...(refund.amount === 0
              ? []
              : [
                  `${show.money(refund)} of the ${show.money(paid)} for this lesson went back to where it came from.`,
                ]),
            REFUNDED[reason] ?? 'The lesson is not charged.',
          ],
      rows: [
        ...lessonRows([lesson], show),
        ...(attended === null ? [] : [['Attended', show.share(attended)] as const]),
      ],
      action: wallet,
    }),
    'under-review': ({ lesson }, show) => ({
      subject: `We are looking at your lesson ${lesson.title}`,
      paragraphs: [
        'We could not see for certain who attended this lesson and for how long. A person will look at it and decide; until then the money stays where it is.',
      ],
      rows: lessonRows([lesson], show),
    }),
    correction: ({ lesson, of, before, after, price, bySubscription }, show) => ({
      subject: `Corrected: ${lesson.title}`,
      paragraphs: [
        'The settlement of this lesson was corrected, because of what was found out since.',
        ...(bySubscription && of === 'student' ? [OF_SUBSCRIPTION[standingOf(after, price)]] : []),
      ],
      rows: [
        ...lessonRows([lesson], show),
        ...(bySubscription && of === 'student'
          ? []
          : [
              [`${PART[of]} until now`, show.money(before)] as const,
              [`${PART[of]} from now on`, show.money(after)] as const,
            ]),
      ],
      action: wallet,
    }),
    'dispute-opened': ({ lesson, by }, show) => ({
      subject: `Disputed: ${lesson.title}`,
      paragraphs: [
        by === 'student'
          ? 'The student disputes the settlement of this lesson.'
          : 'The teacher disputes the settlement of this lesson.',
        'Our staff will look at it and decide; until then it stays as it is. You need not do anything, and we will write to you.',
      ],
      rows: lessonRows([lesson], show),
    }),
    'dispute-resolved': ({ lesson, of, part, price, anew, bySubscription }, show) => ({
      subject: `Dispute decided: ${lesson.title}`,
      paragraphs: [
        anew
          ? 'Our staff have looked at the dispute about this lesson and decided.'
          : 'Our staff have looked at the dispute about this lesson. It stays as it was settled.',
        ...(bySubscription && of === 'student' ? [OF_SUBSCRIPTION[standingOf(part, price)]] : []),
      ],
      rows: [
        ...lessonRows([lesson], show),
        ...(bySubscription && of === 'student' ? [] : [[PART[of], show.money(part)] as const]),
      ],
      action: of === 'student' ? lessons : wallet,
    }),
    settled: ({ lesson, counts, earned }, show) => ({
      subject: `Settled: ${lesson.title}`,
      paragraphs: ['Your lesson is settled. This is how it stands now.'],
      rows: [
        ...lessonRows([lesson], show),
        ['Paid to you for', `${counts.released}`],
        ['Refunded to students', `${counts.refunded}`],
        ['Still to be decided', `${counts.review}`],
        ...earned.map((amount) => ['Your earnings', show.money(amount)] as const),
      ],
      action: wallet,
    }),
    reminder: ({ lesson, durationMinutes }, show) => ({
      subject: `Soon: ${lesson.title}`,
      paragraphs: [
        `Your lesson begins on ${show.moment(lesson.startsAt)} and takes ${durationMinutes} minutes.`,
      ],
      action: lessons,
    }),
    'withdrawal-requested': ({ amount, withdrawalId }, show) => ({
      subject: `Withdrawal of ${show.money(amount)} requested`,
      paragraphs: [
        `You asked for ${show.money(amount)}. The amount is reserved, and we will look at the request.`,
      ],
      rows: [['Withdrawal', withdrawalId]],
      action: earnings,
      closing: ['If it was not you, write to us at once.'],
    }),
    'withdrawal-approved': ({ amount, withdrawalId }, show) => ({
      subject: `Withdrawal of ${show.money(amount)} approved`,
      paragraphs: [`Your withdrawal of ${show.money(amount)} was approved and will be paid out.`],
      rows: [['Withdrawal', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-processing': ({ amount, withdrawalId }, show) => ({
      subject: `Withdrawal of ${show.money(amount)} is on its way`,
      paragraphs: [`The transfer of ${show.money(amount)} is with the bank.`],
      rows: [['Withdrawal', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-completed': ({ amount, withdrawalId }, show) => ({
      subject: `${show.money(amount)} paid out`,
      paragraphs: [`Your withdrawal of ${show.money(amount)} was paid out to your bank account.`],
      rows: [['Withdrawal', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-returned': ({ amount, reason, withdrawalId }, show) => ({
      subject: `Withdrawal of ${show.money(amount)} came back`,
      paragraphs: [
        `The bank sent ${show.money(amount)} back. The money is in your earnings again.`,
        ...because(reason),
      ],
      rows: [['Withdrawal', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-failed': ({ amount, reason, withdrawalId }, show) => ({
      subject: `Withdrawal of ${show.money(amount)} failed`,
      paragraphs: [
        `The transfer of ${show.money(amount)} failed. The money is in your earnings again.`,
        ...because(reason),
      ],
      rows: [['Withdrawal', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-rejected': ({ amount, reason, withdrawalId }, show) => ({
      subject: `Withdrawal of ${show.money(amount)} rejected`,
      paragraphs: [
        `Your withdrawal of ${show.money(amount)} was rejected. The money is in your earnings again.`,
        ...because(reason),
      ],
      rows: [['Withdrawal', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-cancelled': ({ amount, withdrawalId }, show) => ({
      subject: `Withdrawal of ${show.money(amount)} cancelled`,
      paragraphs: [
        `You took back your withdrawal of ${show.money(amount)}. The money is in your earnings again.`,
      ],
      rows: [['Withdrawal', withdrawalId]],
      action: earnings,
    }),
    'payment-received': ({ paymentId, amount, purpose }, show) => ({
      subject: `Receipt: ${show.money(amount)} paid by card`,
      paragraphs: [
        purpose === 'topup'
          ? `We have received ${show.money(amount)}. They are in your credits.`
          : `We have received ${show.money(amount)}. They are in your credits, and what you chose is being bought with them.`,
      ],
      rows: [
        ['Paid', show.money(amount)],
        ['Payment', paymentId],
      ],
      action: wallet,
    }),
    'payment-failed': ({ paymentId, amount }, show) => ({
      subject: `Your payment of ${show.money(amount)} did not go through`,
      paragraphs: ['Your card was not charged. You can try again, with this card or another one.'],
      rows: [['Payment', paymentId]],
      action: wallet,
    }),
    'payment-refunded': ({ paymentId, amount }, show) => ({
      subject: `${show.money(amount)} refunded to your card`,
      paragraphs: [
        `${show.money(amount)} of your payment go back to your card. Your bank may take some days to show it.`,
      ],
      rows: [
        ['Refunded', show.money(amount)],
        ['Payment', paymentId],
      ],
      action: wallet,
    }),
    'payment-refund-failed': ({ paymentId, amount }, show) => ({
      subject: `The refund of ${show.money(amount)} to your card failed`,
      paragraphs: [
        `${show.money(amount)} of your payment could not be paid back to your card. The money is still with us: it goes back into your credits.`,
        'You can ask for the refund again, or write to us.',
      ],
      rows: [['Payment', paymentId]],
      action: wallet,
    }),
    'invoice-issued': ({ invoiceId, kind, number, total, dueAt }, show) => ({
      subject: `${DOCUMENTS[kind]} ${number}`,
      paragraphs: [
        {
          invoice: `Here is your invoice over ${show.money(total)}. It can be downloaded as PDF.`,
          credit_note: `${show.money(total)} went back to your card. Here is the credit note for it, to be downloaded as PDF.`,
          correction: `A refund of ${show.money(total)} could not be paid to your card and is undone here. Here is the document that takes its credit note back.`,
        }[kind],
        ...(dueAt === null ? [] : [`Please pay it by ${show.moment(dueAt)}.`]),
      ],
      rows: invoiceRows(DOCUMENTS[kind], { number, total }, show),
      action: toInvoice(invoiceId),
    }),
    'invoice-paid': ({ invoiceId, number, total }, show) => ({
      subject: `Your payment for invoice ${number} has arrived`,
      paragraphs: ['Thank you. Nothing is left to pay of it.'],
      rows: invoiceRows('Invoice', { number, total }, show),
      action: toInvoice(invoiceId),
    }),
    'invoice-overdue': ({ invoiceId, number, total, dueAt }, show) => ({
      subject: `Invoice ${number} is not paid yet`,
      paragraphs: [
        ...(dueAt === null ? [] : [`It was due by ${show.moment(dueAt)}.`]),
        `Please pay ${show.money(total)} and name ${number}. If you have paid in the meantime, there is nothing to do.`,
      ],
      rows: invoiceRows('Invoice', { number, total }, show),
      action: toInvoice(invoiceId),
    }),
    'invoice-voided': ({ invoiceId, number, total }, show) => ({
      subject: `Invoice ${number} is void`,
      paragraphs: ['We have called this invoice back. You do not have to pay it.'],
      rows: invoiceRows('Invoice', { number, total }, show),
      action: toInvoice(invoiceId),
    }),
    'subscription-started': ({ subscriptionId, amount, startsAt, endsAt }, show) => ({
      subject: amount.amount === 0 ? 'Your trial has begun' : `Receipt: subscribed for ${show.money(amount)}`,
      paragraphs: [
        amount.amount === 0
          ? `Your trial runs until ${show.moment(endsAt)}. Your card is charged then, unless you cancel before.`
          : `We have received ${show.money(amount)}. Your subscription runs on by itself: the next payment is due on ${show.moment(endsAt)}.`,
      ],
      rows: [
        ['From', show.moment(startsAt)],
        ['Until', show.moment(endsAt)],
        ['Paid', show.money(amount)],
        ['Subscription', subscriptionId],
      ],
      action: subscription,
    }),
    'subscription-renewed': ({ subscriptionId, amount, startsAt, endsAt }, show) => ({
      subject: `Receipt: ${show.money(amount)} for your subscription`,
      paragraphs: [`We have received ${show.money(amount)} for the next period of your subscription.`],
      rows: [
        ['From', show.moment(startsAt)],
        ['Until', show.moment(endsAt)],
        ['Paid', show.money(amount)],
        ['Subscription', subscriptionId],
      ],
      action: subscription,
    }),
    'subscription-past-due': ({ subscriptionId, amount, startsAt }, show) => ({
      subject: `Your subscription could not be paid: ${show.money(amount)}`,
      paragraphs: [
        `${show.money(amount)} for the period from ${show.moment(startsAt)} could not be taken from your card. Until it is paid you cannot book lessons by your subscription.`,
        'We try again in the next days. Please see that your card can be charged.',
      ],
      rows: [['Subscription', subscriptionId]],
      action: subscription,
    }),
    'subscription-cancelled': ({ subscriptionId }) => ({
      subject: 'Your subscription is over',
      paragraphs: ['Your subscription was cancelled and is over. Nothing more is taken from your card.'],
      rows: [['Subscription', subscriptionId]],
      action: subscription,
    }),
    'subscription-expired': ({ subscriptionId }) => ({
      subject: 'Your subscription is over: it was not paid',
      paragraphs: [
        'Your subscription could not be paid, so it is over. Nothing more is taken from your card. You can subscribe again at any time.',
      ],
      rows: [['Subscription', subscriptionId]],
      action: subscription,
    }),
    'bank-account-changed': ({ last4 }) => ({
      subject: 'Your bank account for withdrawals was changed',
      paragraphs: [
        last4 === null
          ? 'There is no bank account for your withdrawals any more.'
          : `Withdrawals now go to the account that ends in ${last4}.`,
      ],
      closing: ['If it was not you, change your password and write to us at once.'],
    }),
    'debt-opened': ({ amount, cause }, show) => ({
      subject: `You owe ${show.money(amount)}`,
      paragraphs: [
        DEBT[cause] ?? 'An amount was to be taken that was not there any more.',
        `You owe ${show.money(amount)} more than before. What comes in repays it first.`,
      ],
      action: wallet,
    }),
    'debt-repaid': ({ amount, cause }, show) => ({
      subject:
        cause === 'write-off'
          ? `You no longer owe ${show.money(amount)}`
          : `${show.money(amount)} of your debt repaid`,
      paragraphs: [
        cause === 'write-off'
          ? `We have written off ${show.money(amount)} of what you owed.`
          : `${show.money(amount)} that came in went to what you owed.`,
      ],
      action: wallet,
    }),
  },
};
