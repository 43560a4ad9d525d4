import type { StepName } from '@rollcall/contracts/decision-steps';

export const steps: Readonly<Record<StepName, string>> = {
  policy:
    'Правила версії {version} ({preset}): студент має бути на занятті щонайменше {threshold} запланованих {scheduled} секунд, тобто {needed}.',
  studentSeen: 'Студент був на занятті {seconds} секунд, {share}.',
  studentBetween:
    'Студент був на занятті від {seconds} до {most} секунд, від {share} до {mostShare}: кінця одного з проміжків не було видно.',
  studentCorrected: 'Студент був на занятті {seconds} секунд, {share}: так вручну виправив адміністратор.',
  teacherAsked: 'Викладач має бути на занятті щонайменше {share}, тобто {needed} секунд.',
  teacherSeen: 'Викладач був на занятті {seconds} секунд, {share}.',
  teacherBetween:
    'Викладач був на занятті від {seconds} до {most} секунд, від {share} до {mostShare}: кінця одного з проміжків не було видно.',
  teacherCorrected: 'Викладач був на занятті {seconds} секунд, {share}: так вручну виправив адміністратор.',
  notObserved:
    'За кімнатою не було спостереження, тож ні про кого не можна сказати, що його не було: вирішить людина.',
  inDoubt: 'Ці числа лежать по обидва боки межі: вирішить людина.',
  teacherShort: 'Викладач був менше, ніж потрібно: усе повертається студентові.',
  enough: '{seconds} — не менше ніж {needed}: гроші йдуть викладачеві.',
  tooLittle: '{seconds} — менше ніж {needed}: гроші повертаються студентові.',
  sessionCancelled: 'Заняття скасовано.',
  givenUp: 'Студент скасував до початку заняття.',
  refunded: 'Студентові повертається {amount}, тобто все.',
  byHand: 'Вирішив адміністратор; його слова — у примітках.',
  splitUp:
    '{share} від {amount}, пів одиниці округлено вгору, — частка викладача: {side}; студентові повертається {rest}.',
  commissionOfReferred:
    'Комісія: {rate} від {amount} — це {kept}, пів одиниці округлено вгору (викладача хтось запросив).',
  commissionOfOwnStudent:
    'Комісія: {rate} від {amount} — це {kept}, пів одиниці округлено вгору (студент прийшов від цього викладача).',
  commissionOtherwise:
    'Комісія: {rate} від {amount} — це {kept}, пів одиниці округлено вгору (ставка для всіх інших).',
  commissionOverridden:
    'Комісія: {rate} від {amount} — це {kept}, пів одиниці округлено вгору (окрема ставка цього викладача чи курсу).',
  referral: 'Хто запросив, отримує {share} комісії, округлено вниз: {amount}; платформі лишається {rest}.',
  theRest: 'Викладач отримує решту: {amount} мінус {kept} — це {rest}.',
};
