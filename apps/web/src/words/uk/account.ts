import type { Ukrainian, Words } from '../areas.js';

export const account: Ukrainian<Words['account']> = {
  login: {
    title: 'Вхід',
    email: 'Електронна пошта',
    password: 'Пароль',
    submit: 'Увійти',
    noAccount: 'Ще немає облікового запису?',
    register: 'Зареєструватися',
    forgot: 'Забули пароль?',
  },
};
