/** The stand-in by what people and tests see of it. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Letter, type StandIn, startMail } from '../src/mail.js';

let mail: StandIn;
beforeAll(async () => {
  mail = await startMail();
});
afterAll(() => mail.stop());

/** One letter by hand, line by line; the last answer of the server. */
function post(to: string, data: string): Promise<string> {
  const lines = [
    'EHLO test',
    'MAIL FROM:<a@rollcall.test>',
    `RCPT TO:<${to}>`,
    'DATA',
    `${data}\r\n.`,
    'QUIT',
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(mail.smtpPort, '127.0.0.1');
    let last = '';
    let rest = '';
    socket.on('error', reject).on('close', () => resolve(last));
    socket.on('data', (bytes) => {
      rest += String(bytes);
      while (/^\d{3} .*\r\n/m.test(rest)) {
        const [answer = ''] = /^\d{3} .*\r\n/m.exec(rest) ?? [];
        rest = rest.slice(rest.indexOf(answer) + answer.length);
        if (!answer.startsWith('221')) last = answer;
        const line = lines.shift();
        if (line === undefined) socket.end();
        else socket.write(`${line}\r\n`);
      }
    });
  });
}

const get = (path: string) => fetch(`http://127.0.0.1:${mail.pagePort}${path}`);
const lettersTo = async (to: string) => (await (await get(`/letters?to=${to}`)).json()) as Letter[];

const hostile = [
  'Subject: <script>alert(1)</script>',
  'Message-ID: <one@rollcall.test>',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p onclick="x()">Gr=C3=BC=C3=9Fe</p><script>alert(2)</script>',
].join('\r\n');

test('what is posted is listed, and what it says is shown without being believed', async () => {
  expect(await post('one@example.test', hostile)).toMatch(/^250/);
  const [letter] = await lettersTo('one@example.test');
  expect(letter).toMatchObject({ to: ['one@example.test'], messageId: '<one@rollcall.test>' });
  const list = await get('/');
  expect(list.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await list.text()).not.toContain('<script>');
  const page = await (await get(`/letters/${letter?.id}`)).text();
  expect(page).toContain('<iframe sandbox="allow-popups"');
  expect(page).not.toContain('<script>');
  const html = await get(`/letters/${letter?.id}/html`);
  expect(html.headers.get('content-security-policy')).toMatch(/^default-src 'none';.* sandbox/);
  expect(await html.text()).toContain('<script>alert(2)</script>');
});

test('five hundred letters are kept, the newest', async () => {
  // The server greets after a tenth of a second: a hundred at a time.
  for (let round = 0; round < 5; round += 1)
    await Promise.all(
      Array.from({ length: 100 }, () => post('many@example.test', 'Subject: one of many\r\n\r\n')),
    );
  await post('last@example.test', 'Subject: the last\r\n\r\n');
  expect(mail.letters()).toHaveLength(500);
  expect(mail.letters().at(-1)).toMatchObject({ subject: 'the last' });
  expect((await get('/letters/1')).status).toBe(404);
}, 60_000);

test('a letter of more than a megabyte is refused', async () => {
  const large = `Subject: large\r\n\r\n${'x'.repeat(900)}\r\n`.padEnd(1_100_000, `${'y'.repeat(900)}\r\n`);
  expect(await post('large@example.test', large)).toMatch(/^552/);
  expect(await lettersTo('large@example.test')).toEqual([]);
});

test('a page elsewhere whose name leads to this machine reads nothing, and nothing is changed by any request', async () => {
  const status = (options: object) =>
    new Promise((resolve) => {
      const asked = { port: mail.pagePort, host: '127.0.0.1', path: '/letters', ...options };
      request(asked, (answer) => resolve(answer.resume().statusCode)).end();
    });
  expect(await status({ headers: { host: 'evil.example' } })).toBe(403);
  expect(await status({ method: 'DELETE' })).toBe(405);
  expect((await get('/elsewhere')).status).toBe(404);
  for (const path of ['//', '//x:y', 'http://[', ':x']) expect(await status({ path })).toBeGreaterThan(399);
  expect((await get('/')).status).toBe(200);
});
