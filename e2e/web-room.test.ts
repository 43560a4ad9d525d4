/** Joining a class where a video server is named: the room's own page, and what the server is asked. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { button, closeBrowser, signedIn } from './browser.js';
import { axeFindings, loaded } from './good-page.js';
import { buy, demo, eventually, publishedCourse } from './story.js';
import { MONEY, type System, startSystem } from './system.js';

/** The video server's edge: it answers that it is there, and refuses whoever would connect. */
let video: Server;
const asked: URL[] = [];
let system: System;
beforeAll(async () => {
  video = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://video.test'));
    response.writeHead(request.url === '/' ? 200 : 401, { 'access-control-allow-origin': '*' }).end();
  }).listen(0, '127.0.0.1');
  video.on('upgrade', (request, socket) => {
    asked.push(new URL(request.url ?? '', 'http://video.test'));
    socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
  });
  await once(video, 'listening');
  const url = `ws://127.0.0.1:${(video.address() as AddressInfo).port}`;
  system = await startSystem({ services: [...MONEY, 'gateway'], settings: { LIVEKIT_URL: url } });
}, 240_000);
afterAll(async () => {
  await closeBrowser();
  await system?.stop();
  video?.close();
});

/** Whose an access token is and for which room, as its payload says. */
function grantOf(token: string): { readonly sub: string; readonly room: string } {
  const { sub, video: granted } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  return { sub, room: granted.room };
}

test('a student asks the video server by a token of his own, is told when it does not let him in, and may try again', async () => {
  const [teacher, student] = [await demo(system.gateway, 'teacher'), await demo(system.gateway, 'student')];
  const course = await publishedCourse(teacher, { startsIn: 0.1 });
  const session = course.sessions[0]!;
  await buy(student, session);
  const { page, close } = await signedIn(system, 'student', `/student/join/${course.id}/${session.id}`);
  await page.getByText(/^It is open from/).waitFor();
  expect(await button(page, 'Play the class').count()).toBe(0); // there is a server to hold it
  await button(page, 'Enter the class').click();
  await page.getByText('The connection to the room failed or broke off').waitFor();
  await loaded(page);
  expect(await axeFindings(page)).toEqual([]);
  const tokens = asked.flatMap(({ searchParams }) => searchParams.get('access_token') ?? []);
  expect(tokens.map(grantOf)).toContainEqual({ sub: student.id, room: session.roomName });

  const before = asked.length;
  await button(page, 'Enter the class').click();
  await eventually('the server to be asked again', async () => asked.length > before);
  await page.getByText('The connection to the room failed or broke off').waitFor();
  await close();
});
