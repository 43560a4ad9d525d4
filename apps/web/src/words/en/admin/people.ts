/** People, their accounts and debts, and what was done by hand. */
export const people = {
  users: {
    title: 'Users',
    words: 'Accounts, their roles, and who brought whom.',
    one: 'User',
    search: 'Name or address',
    empty: 'Nobody found',
    name: 'Name',
    email: 'E-mail',
    role: 'Roles',
    since: 'Since',
    referrer: 'Brought by',
    referrerId: 'Referrer id',
    referralCode: 'Code to bring others',
    zone: 'Language and zone',
    verified: 'verified',
    unverified: 'not verified',
    account: 'Account',
    teaching: 'Holds as a teacher',
    changed: 'Changed',
    changes: {
      roles: {
        button: 'Change roles',
        words: 'They count from the next sign-in or renewal, within ten minutes.',
      },
      suspend: {
        button: 'Suspend',
        words: '{{name}} is signed out within ten minutes and can neither buy nor be paid.',
      },
      reactivate: { button: 'Reactivate', words: '{{name}} may sign in again.' },
      referrer: {
        button: 'Set referrer',
        words: 'Who brought {{name}}: it counts for what is bought from now on, and is set once.',
      },
    },
  },
  wallet: {
    title: 'Wallet',
    amount: 'Amount in {{currency}}',
    adjust: {
      credit: {
        button: 'Give money',
        words: 'From the platform to the account; a debt is repaid first.',
        done: 'Given',
      },
      debit: {
        button: 'Take money',
        words: 'From the account to the platform; no more than is there.',
        done: 'Taken',
      },
      clawback: {
        button: 'Claw back earnings',
        words: 'Takes back of the earnings; what is not there any more becomes a debt.',
        done: 'Taken back',
      },
      'write-off': {
        button: 'Write off debt',
        words: 'The platform gives up what is owed; without an amount all of it.',
        done: 'Written off',
      },
    },
  },
  debts: {
    title: 'Debts',
    words: 'Who owes the platform, the newest debtor first. Every later credit repays first.',
    empty: 'Nobody owes anything',
    emptyWords: 'Debts come of chargebacks, corrections and clawbacks that found too little.',
    since: 'Since',
  },
  audit: {
    title: 'Audit trail',
    words: 'Who did what by hand, when, to what and why, in every service.',
    empty: 'Nothing found',
    emptyWords: 'What people do by hand appears here within seconds. Clear the filters to see all of it.',
    at: 'When',
    actor: 'Who',
    actorId: 'Who (user id)',
    action: 'Act',
    target: 'To what',
    targetId: 'To what (id)',
    system: 'the system or an operator',
  },
} as const;
