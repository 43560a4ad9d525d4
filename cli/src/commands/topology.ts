import type { Command } from 'commander';
import { type Environment, readSettings } from '../config.js';
import { Refusal } from '../refusal.js';
import { applyTopology, checkTopology, topologyOf } from '../topology.js';

export function addTopology(program: Command, env: Environment): void {
  const topology = program.command('topology').description('exchanges, queues and bindings of the broker');
  topology
    .command('apply')
    .description('declare what is missing')
    .action(() => apply(env));
  topology
    .command('check')
    .description('compare what is there with what has to be')
    .action(() => check(env));
}

const print = (line: string) => void process.stdout.write(`${line}\n`);

function brokerOf(env: Environment) {
  const { AMQP_URL, ROLLCALL_PREFIX } = readSettings(env);
  if (AMQP_URL === undefined)
    throw new Refusal('AMQP_URL is not set: start the system with npm start, or set it');
  return { url: AMQP_URL, topology: topologyOf(ROLLCALL_PREFIX) };
}

async function apply(env: Environment): Promise<void> {
  const { url, topology } = brokerOf(env);
  await applyTopology(url, topology);
  print(`declared: ${Object.keys(topology.bindings).length} services under ${topology.prefix}`);
}

async function check(env: Environment): Promise<void> {
  const { url, topology } = brokerOf(env);
  const seen = await checkTopology(url, topology);
  for (const { name, trouble, messages } of seen)
    print(
      `${trouble === undefined ? 'ok     ' : 'MISSING'}  ${name}${messages ? ` (${messages} messages)` : ''}${trouble ? `: ${trouble}` : ''}`,
    );
  if (seen.some(({ trouble }) => trouble !== undefined))
    throw new Refusal('the broker is not as it should be: rollcall topology apply');
}
