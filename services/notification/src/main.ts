import { run } from '@rollcall/kit/service';
import { config, tlsOf } from './config.js';
import { consumers } from './consumers.js';
import { collect } from './gauges.js';
import { createMail } from './mail.js';
import { routes } from './routes.js';
import { schedule } from './schedule.js';
import { startSender } from './sender.js';

const given = config();
const mail = createMail({ url: given.SMTP_URL, from: given.MAIL_FROM, tls: tlsOf(given) });

await run({
  name: 'notification',
  config: given,
  migrations: new URL('../migrations/', import.meta.url),
  routes,
  consumers: consumers(given.REMINDER_HOURS),
  schedule: schedule(given),
  alongside: ({ db, log, clock }) =>
    startSender({ db, mail, keyring: given.LETTER_KEYS, publicUrl: given.PUBLIC_URL, log, clock }),
  collect: ({ db }) => collect(db),
});
