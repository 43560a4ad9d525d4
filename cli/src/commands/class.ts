import { existsSync, readFileSync } from 'node:fs';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from '@rollcall/contracts/demo';
import { type Command, InvalidArgumentError } from 'commander';
import { type Api, apiOf, signIn } from '../class/api.js';
import { findSession } from '../class/cast.js';
import { comparisonLine, isAsExpected } from '../class/expected.js';
import type { FindUser } from '../class/people.js';
import { isOver, type Played, playClass } from '../class/play.js';
import { reportOf } from '../class/report.js';
import { MOST_DELIVERIES, readScenario, type Scenario, withWishes } from '../class/scenario.js';
import { scenarios } from '../class/scenarios.js';
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
When somebody is in class is written in minutes, mm:ss or percent after the scheduled start; end is the scheduled end:
  0-60            in from the start for an hour          0-10,20-30   dropped out and came back
  -2-11:59        two minutes early, until 11:59         0-20%        a fifth of the lesson
  0-20>60         another device from minute 20 on       0-20<60      the same, both in for a moment
  0-end?  ?0-end  the leave, the join is lost            0-end~       the leave comes when all is settled
  0-end-4!        breaks off four minutes before the end absent       never there

Examples:
  rollcall class play --session ID
  rollcall class play --session ID --student student@rollcall.test=0-12 --explain
  rollcall class play --session ID --scenario rejoin
  rollcall class play --session ID --room 0-20,25-60

A scenario says what has to come out under the default policy, and playing it fails when something else does. A file is
the same in JSON: {"teacher": "0-end", "others": "0-20%", "expect": {"others": {"counts": "0-20%", "status": "present",
"hold": "released"}}}.`;

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
  const group = program.command('class').description("play a class: post the video server's webhooks of it");
  group
    .command('scenarios')
    .description('list the scenarios that can be played by name')
    .action(() => {
      process.stdout.write(`${listOfScenarios()}\n`);
    });
  group
    .command('play')
    .description('post the signed webhooks of a session and show how each hold was settled')
    .requiredOption('--session <id>', 'the session (required)')
    .option('--scenario <name or file>', 'a name that `class scenarios` lists, or a JSON file', 'full-class')
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

function listOfScenarios(): string {
  const width = Math.max(...Object.keys(scenarios).map((name) => name.length));
  return Object.entries(scenarios)
    .map(([name, { says }]) => `${name.padEnd(width)}  ${says}`)
    .join('\n');
}

async function play(options: Options, env: Environment): Promise<void> {
  const settings = readSettings(env);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const sessionId = sessionIdOf(options.session);
  const scenario = withWishes(scenarioOf(options.scenario), options);
  const api = apiOf(settings.ROLLCALL_GATEWAY_URL, await tokenOf(options, settings));
  const found = await findSession(api, sessionId);
  const { session, course } = found;
  say(
    `"${session.title}", session ${session.number} of "${course.title}", ${session.startsAt}, ${session.durationMinutes} min`,
  );
  const { ATTENDANCE_URL: urls, LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = settings;
  const stage = { api, door: { urls, key, secret }, find: findUserIn(env), wait: options.wait, say };
  const played = await playClass(stage, found, await unlessPlayedBefore(api, sessionId, scenario, say));
  show(played, options);
}

/** What a session that is over shows is not what this play alone would have made. */
async function unlessPlayedBefore(
  api: Api,
  sessionId: string,
  scenario: Scenario,
  say: (line: string) => void,
): Promise<Scenario> {
  if (((await api.attendance(sessionId))?.version ?? 0) === 0) return scenario;
  say('this session was completed before: what is played now can only add a newer attendance result');
  return { ...scenario, expect: { students: {} } };
}

function show({ settlement, comparisons }: Played, { wait, explain, json }: Options): void {
  if (json) process.stdout.write(`${JSON.stringify(settlement ?? null, null, 2)}\n`);
  else if (settlement && settlement.holds.length > 0)
    process.stdout.write(`${reportOf(settlement.holds, explain).join('\n')}\n`);
  else process.stdout.write('nobody bought this session: there is nothing to settle\n');
  for (const line of comparisons.map(comparisonLine)) process.stderr.write(`${line}\n`);
  if (settlement && !isOver(settlement) && settlement.holds.length > 0)
    throw new Refusal(`not every hold was settled within ${wait} s`);
  if (!comparisons.every(isAsExpected)) throw new Refusal('it did not come out as the scenario expects');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function sessionIdOf(text: string): string {
  if (!UUID.test(text)) throw misuse(`--session ${text}: a session's id is a UUID`);
  return text.toLowerCase();
}

/** By name, or a file of the same form. */
function scenarioOf(name: string): Scenario {
  if (Object.hasOwn(scenarios, name)) return readScenario(scenarios[name], name);
  if (existsSync(name)) return readScenario(parseJson(readFileSync(name, 'utf8'), name), name);
  throw misuse(`--scenario ${name}: no such file, and none of ${Object.keys(scenarios).join(', ')}`);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw misuse(`the scenario ${name} is no JSON: ${(error as Error).message}`);
  }
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
