import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from '@rollcall/contracts/demo';
import { type Command, InvalidArgumentError } from 'commander';
import { type Api, apiOf, signIn } from '../class/api.js';
import type { FindUser } from '../class/people.js';
import { castOf, findSession, isOver, postAll, waitForSettlement, webhooksFor } from '../class/play.js';
import { reportOf } from '../class/report.js';
import { MOST_DELIVERIES, readScenario, type Scenario, withWishes } from '../class/scenario.js';
import { type Environment, readSettings, type Settings } from '../config.js';
import { withDatabases } from '../databases.js';
import { misuse, Refusal } from '../refusal.js';

interface Options {
  session: string;
  scenario: string;
  student?: string[];
  teacher?: string;
  others?: string;
  room?: string;
  deliveries?: number;
  wait: number;
  explain: boolean;
  json: boolean;
  token?: string;
  email?: string;
  password?: string;
}

const HELP = `
When somebody is in class is written in minutes, mm:ss or percent after the scheduled start:
  0-60            in from the start for an hour          0-10,20-30   dropped out and came back
  -2-11:59        two minutes early, until 11:59         0-20%        a fifth of the lesson
  0-20>60         another device from minute 20 on       0-60?  ?0-60 the leave, the join is lost
  absent          never there

Examples:
  rollcall class play --session ID
  rollcall class play --session ID --student student@rollcall.test=0-12 --explain
  rollcall class play --session ID --scenario rejoin
  rollcall class play --session ID --room 0-20,25-60`;

const number = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 3_600)
    throw new InvalidArgumentError('It is a whole number up to 3600.');
  return value;
};
const deliveries = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MOST_DELIVERIES)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${MOST_DELIVERIES}.`);
  return value;
};
const oneMore = (value: string, before: string[] = []) => [...before, value];

export function addClass(program: Command, env: Environment): void {
  program
    .command('class')
    .description("play a class: post the video server's webhooks of it")
    .command('play')
    .description('post the signed webhooks of a session and show how each hold was settled')
    .requiredOption('--session <id>', 'the session (required)')
    .option('--scenario <name or file>', `a JSON file, or one of: ${scenarioNames().join(', ')}`, 'full')
    .option('--student <who[=when]>', 'who comes (repeatable); the others stay away', oneMore)
    .option('--others <when>', 'when the students not named are there')
    .option('--teacher <when>', 'when the teacher is there')
    .option('--room <when>', 'when the room is open: two spans are an interruption')
    .option('--deliveries <n>', 'how often each webhook is delivered', deliveries)
    .option('--wait <seconds>', 'how long to wait for the settlement', number, 60)
    .option('--explain', 'print each step of each decision', false)
    .option('--json', 'print the settlement as JSON', false)
    .option(
      '--email <address>',
      'who reads the settlement: a teacher of it, or an admin (default: the demo admin)',
    )
    .option('--password <password>', "with --email (default: the demo accounts')")
    .option('--token <token>', 'an access token, instead of signing in')
    .addHelpText('after', HELP)
    .action((options: Options) => play(options, env));
}

async function play(options: Options, env: Environment): Promise<void> {
  const settings = readSettings(env);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const sessionId = sessionIdOf(options.session);
  const scenario = withWishes(scenarioOf(options.scenario), options);
  const api = apiOf(settings.ROLLCALL_GATEWAY_URL, await tokenOf(options, settings));
  const found = await findSession(api, sessionId);
  const cast = await castOf(scenario, found, findUserIn(env));
  const { session, course } = found;
  say(
    `"${session.title}", session ${session.number} of "${course.title}", ${session.startsAt}, ${session.durationMinutes} min`,
  );
  await warnIfOver(api, sessionId, say);

  const webhooks = webhooksFor(scenario, found, cast);
  const { ATTENDANCE_URL: urls, LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = settings;
  await postAll({ urls, key, secret }, webhooks, scenario.deliveries);
  const people = cast.length === 1 ? '1 person' : `${cast.length} people`;
  say(`posted ${webhooks.length * scenario.deliveries} webhooks of ${people} to ${urls}`);
  await showSettlement(api, sessionId, options);
}

async function warnIfOver(api: Api, sessionId: string, say: (line: string) => void): Promise<void> {
  const before = await api.settlement(sessionId);
  if (before && before.holds.length > 0 && isOver(before))
    say('this session was settled before: what is played now can only add a newer attendance result');
}

async function showSettlement(api: Api, sessionId: string, options: Options): Promise<void> {
  const tick = () => void process.stderr.write('.');
  process.stderr.write('waiting for the settlement ');
  const settlement = await waitForSettlement(api, sessionId, { seconds: options.wait, tick });
  process.stderr.write('\n');
  if (options.json) process.stdout.write(`${JSON.stringify(settlement ?? null, null, 2)}\n`);
  else if (settlement && settlement.holds.length > 0)
    process.stdout.write(`${reportOf(settlement.holds, options.explain).join('\n')}\n`);
  else process.stdout.write('nobody bought this session: there is nothing to settle\n');
  if (settlement && !isOver(settlement) && settlement.holds.length > 0)
    throw new Refusal(`not every hold was settled within ${options.wait} s`);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function sessionIdOf(text: string): string {
  if (!UUID.test(text)) throw misuse(`--session ${text}: a session's id is a UUID`);
  return text.toLowerCase();
}

const folder = new URL('../../scenarios/', import.meta.url);

const scenarioNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace('.json', ''))
    .sort();

function scenarioOf(name: string): Scenario {
  const isName = scenarioNames().includes(name);
  if (!isName && !existsSync(name))
    throw misuse(`--scenario ${name}: no such file, and none of ${scenarioNames().join(', ')}`);
  return readScenario(readFileSync(isName ? new URL(`${name}.json`, folder) : name, 'utf8'), name);
}

function tokenOf({ token, email, password }: Options, settings: Settings): Promise<string> | string {
  if (token !== undefined) return token;
  const admin = DEMO_ACCOUNTS.find(({ role }) => role === 'admin');
  return signIn(settings.ROLLCALL_GATEWAY_URL, email ?? admin!.email, password ?? DEMO_PASSWORD);
}

/** No route of the API finds a user by e-mail yet; an operator's machine can ask identity's database. */
const findUserIn =
  (env: Environment): FindUser =>
  async (email) => {
    if (!env.DATABASE_URL_IDENTITY) return undefined;
    return withDatabases(env, async (databases) => {
      const db = await databases.of('identity');
      const row = (await db('users').select('id').where({ email }).first()) as { id: string } | undefined;
      return row?.id;
    });
  };
