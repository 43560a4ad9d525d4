/** The areas and their words as types; nothing of this is in the bundle. */
import type { account } from './en/account.js';
import type { admin } from './en/admin.js';
import type { common } from './en/common.js';
import type { finance } from './en/finance.js';
import type { pub } from './en/public.js';
import type { student } from './en/student.js';
import type { system } from './en/system.js';
import type { teacher } from './en/teacher.js';

export interface Words {
  common: typeof common;
  public: typeof pub;
  account: typeof account;
  student: typeof student;
  teacher: typeof teacher;
  admin: typeof admin;
  finance: typeof finance;
  system: typeof system;
}

export type Area = keyof Words;

/** Plurals that English has not: a key that ends in _other here has _few and _many there. */
type More<Key> = Key extends `${infer Base}_other` ? `${Base}_few` | `${Base}_many` : never;

/** The same keys, every one: what is missing does not compile. */
export type Ukrainian<English> = {
  readonly [Key in keyof English | More<keyof English>]: Key extends keyof English
    ? English[Key] extends string
      ? string
      : Ukrainian<English[Key]>
    : string;
};

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: Words;
  }
}
