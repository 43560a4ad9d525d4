import type { AddressBook } from './services.js';

/** What a newcomer needs next, after `npm start`: the address, who to be, what to type. */
export const welcome = ({ gateway, mail }: AddressBook, seconds: number): string => `
Rollcall is ready at ${gateway}  (${seconds.toFixed(1)} s; the API's own page: ${gateway}/api/docs)${mail ? `\nLetters are not sent but shown, at ${mail.page}` : ''}

Demo accounts, all with the password rollcall-demo:
  student@rollcall.test, student2@rollcall.test   500.00 USD of credits each
  teacher@rollcall.test                           not referred
  referred.teacher@rollcall.test                  referred by teacher@
  admin@rollcall.test, finance@rollcall.test

Buy a session (in another terminal, in this folder, as it stands):
  api=${gateway}/api/v1
  pick() { node -pe "JSON.parse(require('fs').readFileSync(0, 'utf8'))$1"; }
  token=$(curl -s $api/auth/login -H 'content-type: application/json' \\
    -d '{"email":"student@rollcall.test","password":"rollcall-demo"}' | pick .accessToken)
  session=$(curl -s $api/courses | pick '.data.flatMap(c => c.sessions).find(s => s.status == "scheduled").id')
  curl -s -X POST $api/enrollments/sessions/$session/purchase -H "authorization: Bearer $token" | pick

Hold the class and see the money settle, ten seconds after its end; then look at what is left:
  npm run rollcall -- class play --session $session --explain
  curl -s $api/wallet -H "authorization: Bearer $token" | pick

Ctrl-C stops everything. A later npm start keeps the data; npm run reset drops it.
`;
