import type { Ukrainian, Words } from '../areas.js';
import { cases } from './admin/cases.js';
import { payouts } from './admin/payouts.js';
import { people } from './admin/people.js';
import { terms } from './admin/terms.js';

export const admin: Ukrainian<Words['admin']> = {
  id: 'Ідентифікатор',
  status: 'Стан',
  amount: 'Сума',
  currency: 'Валюта',
  teacher: 'Викладач',
  student: 'Студент',
  session: 'Заняття',
  teacherId: 'Ід. викладача',
  studentId: 'Ід. студента',
  sessionId: 'Ід. заняття',
  holdId: 'Ід. утриманих коштів',
  from: 'Від',
  to: 'До (включно)',
  any: 'Будь-що',
  filters: 'Фільтри',
  clear: 'Очистити: {{what}}',
  clearFilters: 'Очистити фільтри',
  emptyFiltered: 'Очистьте фільтри, щоб побачити більше, або поверніться, коли щось відбудеться.',
  copy: 'копіювати',
  copied: 'скопійовано',
  close: 'Закрити',
  back: 'Назад',
  remove: 'Прибрати',
  reason: 'Причина',
  reasonHint: 'Її видно в журналі дій поруч із вашим іменем.',
  reasonOptional: 'Якщо ви її вкажете, її буде видно в журналі дій поруч із вашим іменем.',
  reasonMissing: 'Вкажіть причину: без неї не можна.',
  changed: {
    title: 'Хтось вас випередив',
    words:
      'Відколи ви це відкрили, воно змінилося, тож нічого не зроблено. Погляньте на нинішній стан і вирішіть знову.',
    reload: 'Показати нинішній стан',
  },
  roles: {
    student: 'Студент',
    teacher: 'Викладач',
    admin: 'Адміністратор',
    finance: 'Фінанси',
    participant: 'Учасник',
  },
  accounts: { credits: 'Кредити', promo: 'Промо', earnings: 'Заробіток' },
  parts: {
    held: 'Ще утримано',
    teacher: 'Викладачеві',
    commission: 'Комісія',
    referral: 'Тому, хто привів',
    refund: 'Назад студентові',
  },
  queue: {
    title: 'Черга справ',
    words: 'Що чекає на людину. Оновлюється кожні 15 секунд.',
    moreThan: '{{count}}+',
    unknown: 'Невідомо: зараз відповідають не всі',
    asked: { title: 'Виплати на розгляд', words: 'Викладачі просять виплатити заробіток.' },
    approved: {
      title: 'Схвалено, ще не в банку',
      words: 'Додайте їх до пакета виплат або опрацюйте по одній.',
    },
    atBank: { title: 'У банку', words: 'Скажіть про кожну, чи пішли гроші.' },
    doubts: {
      title: 'Кошти на розгляді',
      words: 'Відвідування їх не вирішує: виплатіть, поверніть або розділіть.',
    },
    reviews: {
      title: 'Розраховано, а потім стало відомо інше',
      words: 'За новішими даними відвідування рішення було б інакшим.',
    },
    disputes: { title: 'Оскарження', words: 'Студент чи викладач не згоден із рішенням.' },
    stuck: { title: 'Застряглі покупки', words: 'Чекають на гаманець понад хвилину.' },
    deadLetters: {
      title: 'Мертві листи',
      words: 'Повідомлення, з якими ніхто не впорався; чиї вони, каже сторінка системи.',
    },
  },
  ...payouts,
  ...cases,
  ...terms,
  ...people,
};
