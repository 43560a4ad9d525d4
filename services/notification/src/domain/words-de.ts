/** Every letter in German. */
import { type Lesson, type Show, standingOf, type Words } from './letter.js';

const lessonRows = (lessons: readonly Lesson[], show: Show) =>
  lessons.map(({ title, startsAt }) => [title, show.moment(startsAt)] as const);

const REFUNDED: Readonly<Record<string, string>> = {
  'below-threshold': 'Sie waren kürzer in der Stunde, als es für eine Berechnung nötig ist.',
  'teacher-no-show': 'Die Lehrkraft war nicht lange genug da.',
  'session-cancelled': 'Die Lehrkraft hat die Stunde abgesagt.',
  cancelled: 'Sie haben die Stunde storniert.',
  admin: 'Unser Team hat so entschieden.',
  attended: 'Unser Team hat entschieden, einen Teil des Preises zu erstatten.',
};
/** Of a lesson by subscription, by whether all of its price went back there. */
const OF_SUBSCRIPTION = {
  back: 'Die Stunde kann mit Ihrem Abonnement wieder gebucht werden.',
  used: 'Die Stunde zählt als eine Ihres Abonnements.',
} as const;
const DECLINED: Readonly<Record<string, string>> = {
  'insufficient-credit': 'Ihr Guthaben reicht für den Preis nicht aus.',
  'price-changed': 'Der Preis ist inzwischen höher als der, der Ihnen angezeigt wurde.',
  'no-subscription': 'Sie haben kein laufendes Abonnement.',
  'subscription-past-due': 'Der laufende Zeitraum Ihres Abonnements ist nicht bezahlt.',
  'quota-used-up': 'Ihr Abonnement hat in diesem Monat nicht mehr genug Stunden.',
  'lesson-too-dear': 'Die Stunde kostet mehr, als Ihr Abonnement für eine bezahlt.',
  'other-currency': 'Die Stunde wird in einer anderen Währung als der Ihres Abonnements verkauft.',
};
const DEBT: Readonly<Record<string, string>> = {
  correction: 'Eine abgerechnete Stunde wurde korrigiert, und das Geld war schon verwendet.',
  clawback: 'Unser Team hat Einnahmen zurückgenommen, die schon verwendet waren.',
  chargeback: 'Eine Kartenzahlung wurde zurückgebucht, und was sie bezahlt hatte, war schon verwendet.',
  'card-refund': 'Eine Kartenzahlung wurde erstattet, und was sie bezahlt hatte, war schon verwendet.',
};
const untaken = (fundedBy: string): string =>
  fundedBy === 'card'
    ? 'Ihre Karte wurde belastet; der Betrag steht als Guthaben bereit.'
    : 'Es wurde Ihnen nichts berechnet.';
const because = (reason: string | null): string[] => (reason === null ? [] : [`Grund: ${reason}`]);
const PART = { student: 'Ihnen erstattet', teacher: 'Ihr Anteil' } as const;
const DOCUMENTS = { invoice: 'Rechnung', credit_note: 'Gutschrift', correction: 'Korrektur' } as const;
const invoiceRows = (
  name: string,
  { number, total }: { readonly number: string; readonly total: Parameters<Show['money']>[0] },
  show: Show,
) =>
  [
    [name, number],
    ['Betrag', show.money(total)],
  ] as const;
const toInvoice = (id: string) => ({ label: 'Zur Rechnung und ihrem PDF', path: `/invoices/${id}` });
const wallet = { label: 'Guthaben ansehen', path: '/wallet' };
const lessons = { label: 'Stunden ansehen', path: '/lessons' };
const subscription = { label: 'Abonnement ansehen', path: '/subscription' };
const earnings = { label: 'Auszahlungen ansehen', path: '/withdrawals' };

export const de: Words = {
  greeting: (name) => (name === null ? 'Guten Tag,' : `Guten Tag ${name},`),
  farewell: 'Rollcall',
  letters: {
    'email-verification': ({ token, expiresAt }, show) => ({
      subject: 'Bitte bestätigen Sie Ihre E-Mail-Adresse',
      paragraphs: ['Bitte bestätigen Sie, dass diese Adresse Ihnen gehört.'],
      action: { label: 'Adresse bestätigen', path: `/verify-email#token=${token}` },
      closing: [
        `Der Link gilt bis ${show.moment(expiresAt)}.`,
        'Wenn Sie kein Konto eröffnet haben, brauchen Sie nichts zu tun.',
      ],
    }),
    'password-reset': ({ token, expiresAt }, show) => ({
      subject: 'Neues Passwort setzen',
      paragraphs: ['Für Ihr Konto wurde ein neues Passwort angefordert.'],
      action: { label: 'Neues Passwort setzen', path: `/reset-password#token=${token}` },
      closing: [
        `Der Link gilt einmal, bis ${show.moment(expiresAt)}.`,
        'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.',
      ],
    }),
    'purchase-activated': ({ purchaseId, lessons: bought, total, fundedBy }, show) => ({
      subject: bought.length === 1 ? `Gebucht: ${bought[0]?.title}` : `${bought.length} Stunden gebucht`,
      paragraphs: [
        fundedBy === 'subscription'
          ? 'Ihr Kauf ist abgeschlossen; er zählt zu Ihrem Abonnement.'
          : `Ihr Kauf ist abgeschlossen. ${show.money(total)} Ihres Guthabens bleiben zurückgelegt, bis die Stunden stattgefunden haben.`,
      ],
      rows: [...lessonRows(bought, show), ['Summe', show.money(total)], ['Kauf', purchaseId]],
      action: lessons,
    }),
    'purchase-declined': ({ lessons: wanted, total, fundedBy, reason }, show) => ({
      subject: 'Ihr Kauf kam nicht zustande',
      paragraphs: [
        DECLINED[reason ?? ''] ?? 'Der Kauf konnte nicht abgeschlossen werden.',
        untaken(fundedBy),
      ],
      rows: [...lessonRows(wanted, show), ['Preis', show.money(total)]],
      action: wallet,
    }),
    'purchase-expired': ({ lessons: wanted, total, fundedBy }, show) => ({
      subject: 'Ihr Kauf kam nicht zustande',
      paragraphs: [
        `Der Kauf dauerte zu lange und wurde abgebrochen. ${untaken(fundedBy)} Bitte versuchen Sie es noch einmal.`,
      ],
      rows: [...lessonRows(wanted, show), ['Preis', show.money(total)]],
      action: lessons,
    }),
    'purchase-cancelled': ({ lessons: given, refunded, purchaseId, fundedBy }, show) => ({
      subject: given.length === 1 ? `Storniert: ${given[0]?.title}` : `${given.length} Stunden storniert`,
      paragraphs: [
        fundedBy === 'subscription'
          ? 'Ihre Stornierung ist abgeschlossen. Die Stunden können mit Ihrem Abonnement wieder gebucht werden.'
          : `Ihre Stornierung ist abgeschlossen. ${show.money(refunded)} gingen dorthin zurück, woher sie kamen.`,
      ],
      rows: [...lessonRows(given, show), ['Kauf', purchaseId]],
      action: wallet,
    }),
    refund: ({ lesson, refund, paid, reason, attended, bySubscription }, show) => ({
      subject: bySubscription
        ? `${refund.amount === paid.amount ? 'Wieder verfügbar' : 'Entschieden'}: ${lesson.title}`
        : refund.amount === 0
          ? `Abgesagt: ${lesson.title}`
          : `Erstattung für ${lesson.title}`,
      paragraphs: bySubscription
        ? [
            OF_SUBSCRIPTION[standingOf(refund, paid)],
            REFUNDED[reason === 'attended' ? 'admin' : reason] ?? REFUNDED.admin ?? '',
          ]
        : [
            ...(refund.amount === 0
              ? []
              : [
                  `${show.money(refund)} von ${show.money(paid)} für diese Stunde gingen dorthin zurück, woher sie kamen.`,
                ]),
            REFUNDED[reason] ?? 'Die Stunde wird nicht berechnet.',
          ],
      rows: [
        ...lessonRows([lesson], show),
        ...(attended === null ? [] : [['Anwesend', show.share(attended)] as const]),
      ],
      action: wallet,
    }),
    'under-review': ({ lesson }, show) => ({
      subject: `Wir prüfen Ihre Stunde ${lesson.title}`,
      paragraphs: [
        'Wir konnten nicht sicher sehen, wer wie lange in dieser Stunde war. Ein Mensch wird es sich ansehen und entscheiden; bis dahin bleibt das Geld, wo es ist.',
      ],
      rows: lessonRows([lesson], show),
    }),
    correction: ({ lesson, of, before, after, price, bySubscription }, show) => ({
      subject: `Korrigiert: ${lesson.title}`,
      paragraphs: [
        'Die Abrechnung dieser Stunde wurde korrigiert, weil sich seither etwas herausgestellt hat.',
        ...(bySubscription && of === 'student' ? [OF_SUBSCRIPTION[standingOf(after, price)]] : []),
      ],
      rows: [
        ...lessonRows([lesson], show),
        ...(bySubscription && of === 'student'
          ? []
          : [
              [`${PART[of]} bisher`, show.money(before)] as const,
              [`${PART[of]} von nun an`, show.money(after)] as const,
            ]),
      ],
      action: wallet,
    }),
    'dispute-opened': ({ lesson, by }, show) => ({
      subject: `Beanstandet: ${lesson.title}`,
      paragraphs: [
        by === 'student'
          ? 'Der Schüler beanstandet die Abrechnung dieser Stunde.'
          : 'Die Lehrkraft beanstandet die Abrechnung dieser Stunde.',
        'Unser Team wird es sich ansehen und entscheiden; bis dahin bleibt alles, wie es ist. Sie brauchen nichts zu tun, wir schreiben Ihnen.',
      ],
      rows: lessonRows([lesson], show),
    }),
    'dispute-resolved': ({ lesson, of, part, price, anew, bySubscription }, show) => ({
      subject: `Über die Beanstandung entschieden: ${lesson.title}`,
      paragraphs: [
        anew
          ? 'Unser Team hat die Beanstandung zu dieser Stunde geprüft und entschieden.'
          : 'Unser Team hat die Beanstandung zu dieser Stunde geprüft. Es bleibt bei der Abrechnung.',
        ...(bySubscription && of === 'student' ? [OF_SUBSCRIPTION[standingOf(part, price)]] : []),
      ],
      rows: [
        ...lessonRows([lesson], show),
        ...(bySubscription && of === 'student' ? [] : [[PART[of], show.money(part)] as const]),
      ],
      action: of === 'student' ? lessons : wallet,
    }),
    settled: ({ lesson, counts, earned }, show) => ({
      subject: `Abgerechnet: ${lesson.title}`,
      paragraphs: ['Ihre Stunde ist abgerechnet. So steht es jetzt.'],
      rows: [
        ...lessonRows([lesson], show),
        ['An Sie bezahlt', `${counts.released}`],
        ['Erstattet', `${counts.refunded}`],
        ['Noch zu entscheiden', `${counts.review}`],
        ...earned.map((amount) => ['Ihre Einnahmen', show.money(amount)] as const),
      ],
      action: wallet,
    }),
    reminder: ({ lesson, durationMinutes }, show) => ({
      subject: `Bald: ${lesson.title}`,
      paragraphs: [
        `Ihre Stunde beginnt am ${show.moment(lesson.startsAt)} und dauert ${durationMinutes} Minuten.`,
      ],
      action: lessons,
    }),
    'withdrawal-requested': ({ amount, withdrawalId }, show) => ({
      subject: `Auszahlung von ${show.money(amount)} beantragt`,
      paragraphs: [
        `Sie haben ${show.money(amount)} beantragt. Der Betrag ist zurückgelegt, und wir sehen uns den Antrag an.`,
      ],
      rows: [['Auszahlung', withdrawalId]],
      action: earnings,
      closing: ['Wenn Sie das nicht waren, schreiben Sie uns sofort.'],
    }),
    'withdrawal-approved': ({ amount, withdrawalId }, show) => ({
      subject: `Auszahlung von ${show.money(amount)} genehmigt`,
      paragraphs: [`Ihre Auszahlung von ${show.money(amount)} wurde genehmigt und wird überwiesen.`],
      rows: [['Auszahlung', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-processing': ({ amount, withdrawalId }, show) => ({
      subject: `Auszahlung von ${show.money(amount)} ist unterwegs`,
      paragraphs: [`Die Überweisung von ${show.money(amount)} liegt bei der Bank.`],
      rows: [['Auszahlung', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-completed': ({ amount, withdrawalId }, show) => ({
      subject: `${show.money(amount)} ausgezahlt`,
      paragraphs: [`Ihre Auszahlung von ${show.money(amount)} wurde auf Ihr Bankkonto überwiesen.`],
      rows: [['Auszahlung', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-returned': ({ amount, reason, withdrawalId }, show) => ({
      subject: `Auszahlung von ${show.money(amount)} kam zurück`,
      paragraphs: [
        `Die Bank hat ${show.money(amount)} zurückgeschickt. Das Geld steht wieder in Ihren Einnahmen.`,
        ...because(reason),
      ],
      rows: [['Auszahlung', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-failed': ({ amount, reason, withdrawalId }, show) => ({
      subject: `Auszahlung von ${show.money(amount)} fehlgeschlagen`,
      paragraphs: [
        `Die Überweisung von ${show.money(amount)} ist fehlgeschlagen. Das Geld steht wieder in Ihren Einnahmen.`,
        ...because(reason),
      ],
      rows: [['Auszahlung', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-rejected': ({ amount, reason, withdrawalId }, show) => ({
      subject: `Auszahlung von ${show.money(amount)} abgelehnt`,
      paragraphs: [
        `Ihre Auszahlung von ${show.money(amount)} wurde abgelehnt. Das Geld steht wieder in Ihren Einnahmen.`,
        ...because(reason),
      ],
      rows: [['Auszahlung', withdrawalId]],
      action: earnings,
    }),
    'withdrawal-cancelled': ({ amount, withdrawalId }, show) => ({
      subject: `Auszahlung von ${show.money(amount)} zurückgenommen`,
      paragraphs: [
        `Sie haben Ihre Auszahlung von ${show.money(amount)} zurückgenommen. Das Geld steht wieder in Ihren Einnahmen.`,
      ],
      rows: [['Auszahlung', withdrawalId]],
      action: earnings,
    }),
    'payment-received': ({ paymentId, amount, purpose }, show) => ({
      subject: `Beleg: ${show.money(amount)} mit Karte bezahlt`,
      paragraphs: [
        purpose === 'topup'
          ? `Wir haben ${show.money(amount)} erhalten. Der Betrag ist Ihrem Guthaben gutgeschrieben.`
          : `Wir haben ${show.money(amount)} erhalten. Der Betrag ist Ihrem Guthaben gutgeschrieben, und was Sie gewählt haben, wird damit gekauft.`,
      ],
      rows: [
        ['Bezahlt', show.money(amount)],
        ['Zahlung', paymentId],
      ],
      action: wallet,
    }),
    'payment-failed': ({ paymentId, amount }, show) => ({
      subject: `Ihre Zahlung über ${show.money(amount)} kam nicht zustande`,
      paragraphs: [
        'Ihre Karte wurde nicht belastet. Sie können es noch einmal versuchen, mit dieser oder einer anderen Karte.',
      ],
      rows: [['Zahlung', paymentId]],
      action: wallet,
    }),
    'payment-refunded': ({ paymentId, amount }, show) => ({
      subject: `${show.money(amount)} auf Ihre Karte erstattet`,
      paragraphs: [
        `${show.money(amount)} Ihrer Zahlung gehen auf Ihre Karte zurück. Bis Ihre Bank es zeigt, können einige Tage vergehen.`,
      ],
      rows: [
        ['Erstattet', show.money(amount)],
        ['Zahlung', paymentId],
      ],
      action: wallet,
    }),
    'payment-refund-failed': ({ paymentId, amount }, show) => ({
      subject: `Die Erstattung von ${show.money(amount)} auf Ihre Karte ist fehlgeschlagen`,
      paragraphs: [
        `${show.money(amount)} Ihrer Zahlung konnten nicht auf Ihre Karte zurückgezahlt werden. Das Geld ist noch bei uns: Es wird wieder Ihrem Guthaben gutgeschrieben.`,
        'Sie können die Erstattung noch einmal verlangen oder uns schreiben.',
      ],
      rows: [['Zahlung', paymentId]],
      action: wallet,
    }),
    'invoice-issued': ({ invoiceId, kind, number, total, dueAt }, show) => ({
      subject: `${DOCUMENTS[kind]} ${number}`,
      paragraphs: [
        {
          invoice: `Hier ist Ihre Rechnung über ${show.money(total)}. Sie können sie als PDF herunterladen.`,
          credit_note: `${show.money(total)} gingen auf Ihre Karte zurück. Hier ist die Gutschrift dazu, auch als PDF.`,
          correction: `Eine Erstattung von ${show.money(total)} auf Ihre Karte ist misslungen und hier rückgängig gemacht. Hier ist der Beleg, der die Gutschrift zurücknimmt.`,
        }[kind],
        ...(dueAt === null ? [] : [`Bitte bezahlen Sie sie bis ${show.moment(dueAt)}.`]),
      ],
      rows: invoiceRows(DOCUMENTS[kind], { number, total }, show),
      action: toInvoice(invoiceId),
    }),
    'invoice-paid': ({ invoiceId, number, total }, show) => ({
      subject: `Ihre Zahlung zur Rechnung ${number} ist da`,
      paragraphs: ['Vielen Dank. Es ist nichts mehr zu bezahlen.'],
      rows: invoiceRows('Rechnung', { number, total }, show),
      action: toInvoice(invoiceId),
    }),
    'invoice-overdue': ({ invoiceId, number, total, dueAt }, show) => ({
      subject: `Rechnung ${number} ist noch offen`,
      paragraphs: [
        ...(dueAt === null ? [] : [`Sie war bis ${show.moment(dueAt)} zu bezahlen.`]),
        `Bitte bezahlen Sie ${show.money(total)} und nennen Sie dabei ${number}. Haben Sie inzwischen bezahlt, so ist nichts zu tun.`,
      ],
      rows: invoiceRows('Rechnung', { number, total }, show),
      action: toInvoice(invoiceId),
    }),
    'invoice-voided': ({ invoiceId, number, total }, show) => ({
      subject: `Rechnung ${number} ist storniert`,
      paragraphs: ['Wir haben diese Rechnung zurückgezogen. Sie brauchen sie nicht zu bezahlen.'],
      rows: invoiceRows('Rechnung', { number, total }, show),
      action: toInvoice(invoiceId),
    }),
    'subscription-started': ({ subscriptionId, amount, startsAt, endsAt }, show) => ({
      subject:
        amount.amount === 0
          ? 'Ihr Probezeitraum hat begonnen'
          : `Beleg: Abonnement für ${show.money(amount)} abgeschlossen`,
      paragraphs: [
        amount.amount === 0
          ? `Ihr Probezeitraum dauert bis ${show.moment(endsAt)}. Danach wird Ihre Karte belastet, wenn Sie nicht vorher kündigen.`
          : `Wir haben ${show.money(amount)} erhalten. Ihr Abonnement verlängert sich von selbst: Die nächste Zahlung ist am ${show.moment(endsAt)} fällig.`,
      ],
      rows: [
        ['Von', show.moment(startsAt)],
        ['Bis', show.moment(endsAt)],
        ['Bezahlt', show.money(amount)],
        ['Abonnement', subscriptionId],
      ],
      action: subscription,
    }),
    'subscription-renewed': ({ subscriptionId, amount, startsAt, endsAt }, show) => ({
      subject: `Beleg: ${show.money(amount)} für Ihr Abonnement`,
      paragraphs: [`Wir haben ${show.money(amount)} für den nächsten Zeitraum Ihres Abonnements erhalten.`],
      rows: [
        ['Von', show.moment(startsAt)],
        ['Bis', show.moment(endsAt)],
        ['Bezahlt', show.money(amount)],
        ['Abonnement', subscriptionId],
      ],
      action: subscription,
    }),
    'subscription-past-due': ({ subscriptionId, amount, startsAt }, show) => ({
      subject: `Ihr Abonnement konnte nicht bezahlt werden: ${show.money(amount)}`,
      paragraphs: [
        `${show.money(amount)} für den Zeitraum ab ${show.moment(startsAt)} konnten nicht von Ihrer Karte abgebucht werden. Bis zur Zahlung können Sie über Ihr Abonnement keine Stunden buchen.`,
        'Wir versuchen es in den nächsten Tagen noch einmal. Bitte sorgen Sie dafür, dass Ihre Karte belastet werden kann.',
      ],
      rows: [['Abonnement', subscriptionId]],
      action: subscription,
    }),
    'subscription-cancelled': ({ subscriptionId }) => ({
      subject: 'Ihr Abonnement ist beendet',
      paragraphs: [
        'Ihr Abonnement wurde gekündigt und ist beendet. Von Ihrer Karte wird nichts mehr abgebucht.',
      ],
      rows: [['Abonnement', subscriptionId]],
      action: subscription,
    }),
    'subscription-expired': ({ subscriptionId }) => ({
      subject: 'Ihr Abonnement ist beendet: Es wurde nicht bezahlt',
      paragraphs: [
        'Ihr Abonnement konnte nicht bezahlt werden und ist deshalb beendet. Von Ihrer Karte wird nichts mehr abgebucht. Sie können jederzeit ein neues abschließen.',
      ],
      rows: [['Abonnement', subscriptionId]],
      action: subscription,
    }),
    'bank-account-changed': ({ last4 }) => ({
      subject: 'Ihr Bankkonto für Auszahlungen wurde geändert',
      paragraphs: [
        last4 === null
          ? 'Für Ihre Auszahlungen ist kein Bankkonto mehr hinterlegt.'
          : `Auszahlungen gehen von nun an auf das Konto, das auf ${last4} endet.`,
      ],
      closing: ['Wenn Sie das nicht waren, ändern Sie Ihr Passwort und schreiben Sie uns sofort.'],
    }),
    'debt-opened': ({ amount, cause }, show) => ({
      subject: `Sie schulden ${show.money(amount)}`,
      paragraphs: [
        DEBT[cause] ?? 'Ein Betrag sollte eingezogen werden, der nicht mehr da war.',
        `Sie schulden ${show.money(amount)} mehr als zuvor. Was eingeht, begleicht das zuerst.`,
      ],
      action: wallet,
    }),
    'debt-repaid': ({ amount, cause }, show) => ({
      subject:
        cause === 'write-off'
          ? `Ihnen wurden ${show.money(amount)} erlassen`
          : `${show.money(amount)} Ihrer Schuld beglichen`,
      paragraphs: [
        cause === 'write-off'
          ? `Wir haben Ihnen ${show.money(amount)} Ihrer Schuld erlassen.`
          : `${show.money(amount)}, die eingegangen sind, gingen in Ihre Schuld.`,
      ],
      action: wallet,
    }),
  },
};
