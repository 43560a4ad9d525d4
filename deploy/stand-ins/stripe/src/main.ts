import { parseArgs } from 'node:util';
import { startStripeStandIn } from './stand-in.js';

const { values } = parseArgs({
  options: { port: { type: 'string', default: process.env.PORT ?? '0' } },
});
const standIn = await startStripeStandIn({
  port: Number(values.port),
  webhookUrl: process.env.WEBHOOK_URL,
  webhookSecret: process.env.STRIPE_WEBHOOK_SECRET,
});
console.log(`the card provider's stand-in listens on ${standIn.url}`);
const stop = () => void standIn.stop().then(() => process.exit(0));
process.once('SIGTERM', stop).once('SIGINT', stop);
