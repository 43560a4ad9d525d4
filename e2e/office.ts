/** What the office's browser tests begin with: a system with a class that was taught and paid for, and who decides there. */
import { requestWithdrawal } from '@rollcall/contracts/api/withdrawals';
import { startStripeStandIn } from '@rollcall/stripe-stand-in';
import { closeBrowser, type Look, signedIn, type Tab } from './browser.js';
import {
  buy,
  type Caller,
  demo,
  holdOf,
  play,
  playScenario,
  publishedCourse,
  type Session,
  settled,
  studentWith,
} from './story.js';
import { MONEY, type System, startSystem } from './system.js';

/** Of each class, in US cents. */
export const PRICE = 5000;
export const BANK_ACCOUNT = {
  bankName: 'A Bank',
  accountNumber: 'DE89370400440532013000',
  accountName: 'Tea Cher',
  swiftCode: 'COBADEFF',
};

export interface Taught {
  readonly holdId: string;
  readonly session: Session;
}

export interface Office {
  readonly system: System;
  readonly admin: Caller;
  /** Somebody referred this one: the platform keeps 30 %. */
  readonly teacher: Caller;
  /** The class there is to begin with. */
  readonly paid: Taught;
  /** A class that was bought and attended, and whose hold is paid. */
  taught(): Promise<Taught>;
  /** A class as a scenario of the class simulator left it. */
  classOf(scenario: string): Promise<Taught & { readonly student: Caller }>;
  /** The teacher asks for so much, in US cents. */
  request(amount: number): Promise<string>;
  as(who: 'admin' | 'finance' | 'student' | 'referred.teacher', next: string, look?: Look): Promise<Tab>;
  stop(): Promise<void>;
}

export async function startOffice(): Promise<Office> {
  const cards = await startStripeStandIn();
  const system = await startSystem({
    services: [...MONEY, 'billing', 'gateway'],
    settingsOf: { billing: { STRIPE_API_BASE: cards.url } },
  });
  const admin = await demo(system.gateway, 'admin');
  const teacher = await demo(system.gateway, 'referred.teacher');
  const bought = async () => {
    const student = await studentWith(system.gateway, admin, PRICE);
    const session = (await publishedCourse(teacher, { price: PRICE })).sessions[0]!;
    return { student, session, holdId: holdOf(await buy(student, session))! };
  };
  const taught = async () => {
    const { student, session, holdId } = await bought();
    await play(system, teacher.id, session, { students: { [student.id]: '0-60' } });
    await settled(student, holdId);
    return { session, holdId };
  };
  return {
    ...{ system, admin, teacher, taught },
    paid: await taught(),
    classOf: async (name) => {
      const one = await bought();
      await playScenario(system, admin, one.session, { name });
      return one;
    },
    request: async (amount) => {
      const body = { amount, currency: 'USD', bankAccount: BANK_ACCOUNT };
      return (await teacher.api.call(requestWithdrawal, { body })).body.id;
    },
    as: (who, next, look) => signedIn(system, who, next, look),
    stop: async () => {
      await closeBrowser();
      await system.stop();
      await cards.stop();
    },
  };
}

/** Every page is shown in both schemes on these. */
export const LOOKS = [
  { name: 'on a phone, dark, in Ukrainian', look: { width: 'phone', scheme: 'dark', locale: 'uk-UA' } },
  { name: 'on a desk, light', look: { width: 'desktop', scheme: 'light' } },
] as const satisfies readonly { name: string; look: Look }[];

/** What the picture of a page is called. */
export const pictureOf = (name: string, path: string): string =>
  `${name.replaceAll(/\W+/g, '-')}${path.replaceAll(/[/?=]/g, '-').slice(0, 24)}`;
