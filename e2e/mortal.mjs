/**
 * Preloaded into a service, so that a test can end its process at one step of a purchase and no other: counts what goes
 * out to the database, the broker and the caller, and what comes back. A request with `x-die-at: n` begins the count; at
 * the n-th point the process kills itself, or with `x-die-by: SIGSTOP` freezes. Instead of a number there may be the
 * beginning of a point's name. What was passed is in MORTAL_LOG.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** The very modules that the kit uses. */
const ofKit = createRequire(new URL('../packages/kit/package.json', import.meta.url));
const { Client } = ofKit('pg');
const { Channel, ConfirmChannel } = ofKit(`${dirname(ofKit.resolve('amqplib'))}/lib/channel_model.js`);

const log = process.env.MORTAL_LOG;
let at = 0;
let by = 'SIGKILL';
let count = 0;

function arm(headers) {
  const asked = headers['x-die-at'];
  at = /^\d+$/.test(asked) ? Number(asked) : asked;
  by = headers['x-die-by'] ?? 'SIGKILL';
  count = 0;
  if (at !== 0) writeFileSync(log, '');
}

function point(name) {
  if (at === 0) return;
  count += 1;
  appendFileSync(log, `${name}\n`);
  if (typeof at === 'string' ? !name.startsWith(at) : count !== at) return;
  at = 0;
  process.kill(process.pid, by);
  // The signal may come a moment later; nothing of this process may.
  if (by === 'SIGKILL') for (;;);
}

/** What is written in this turn of the loop has left by the next tick: the kernel has it. */
const sent = (name) => process.nextTick(point, `sent ${name}`);

/** What runs by itself all the time would make the count another one at each run. */
const BACKGROUND =
  /^(begin|rollback|select 1|notify)|left_over|scheduled_runs|due as materialized|from inbox\s+where|status <> 'pending'/i;

const query = Client.prototype.query;
Client.prototype.query = function (statement, values, callback) {
  const text = typeof statement === 'string' ? statement : (statement.text ?? '');
  if (at === 0 || BACKGROUND.test(text.trim())) return query.call(this, statement, values, callback);
  const name = text.replace(/\s+/g, ' ').trim().slice(0, 60);
  const answered = (then) => (error, result) => {
    point(`answered ${name}`);
    then(error, result);
  };
  sent(name);
  if (typeof values === 'function') return query.call(this, statement, answered(values));
  if (typeof callback === 'function') return query.call(this, statement, values, answered(callback));
  return query.call(this, statement, values).finally(() => point(`answered ${name}`));
};

const publish = ConfirmChannel.prototype.publish;
ConfirmChannel.prototype.publish = function (exchange, type, content, options, confirm) {
  point(`before publish ${type}`);
  const result = publish.call(this, exchange, type, content, options, (error, ok) => {
    point(`confirmed ${type}`);
    confirm?.(error, ok);
  });
  sent(`publish ${type}`);
  return result;
};

const ack = Channel.prototype.ack;
Channel.prototype.ack = function (message, ...more) {
  point(`before ack ${message.fields.routingKey}`);
  ack.call(this, message, ...more);
  sent(`ack ${message.fields.routingKey}`);
};

const emit = Server.prototype.emit;
Server.prototype.emit = function (event, request, ...more) {
  if (event === 'request') {
    if (request.headers['x-die-at'] !== undefined) arm(request.headers);
    else if (request.method === 'POST') point('request');
  }
  return emit.call(this, event, request, ...more);
};

const end = ServerResponse.prototype.end;
ServerResponse.prototype.end = function (...body) {
  if (this.req.method !== 'POST') return end.apply(this, body);
  point('before answer');
  const result = end.apply(this, body);
  sent('answer');
  return result;
};
