import { startMail } from './mail.js';

if (process.env.NODE_ENV === 'production') throw new Error('A stand-in has no place in production');
const mail = await startMail({
  smtpPort: Number(process.env.SMTP_PORT),
  pagePort: Number(process.env.PAGE_PORT),
});
const stop = () => void mail.stop().then(() => process.exit(0));
process.once('SIGTERM', stop).once('SIGINT', stop);
