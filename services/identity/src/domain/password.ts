import { unprocessable } from '@rollcall/kit/errors';

/** What lists of leaked passwords begin with, of ten characters and more, without case. Shorter ones are refused at the wall. */
const COMMON = new Set(
  `1234567890 0123456789 9876543210 0987654321 12345678910 123456789a a123456789 1234567891 11111111111 1q2w3e4r5t
   1q2w3e4r5t6y 1qaz2wsx3edc qwertyuiop qwerty12345 qwerty1234 qwerty123456 qwertyuiop123 qazwsxedcrfv asdfghjkl1
   asdfghjkl123 zxcvbnm123 password12 password123 password1234 password12345 password123456 password01 passw0rd12
   passw0rd123 p@ssw0rd123 p@ssword123 p@ssw0rd1234 mypassword mypassword1 iloveyou12 iloveyou123 iloveyou1234
   letmein123 letmein1234 welcome123 welcome1234 welcome2024 welcome2025 admin12345 admin123456 administrator
   abcdefghij abcdefghijk abcd123456 abc1234567 abc123456789 changeme123 changemenow superman123 football123
   baseball123 basketball liverpool1 manchester charlie123 princess123 sunshine123 dragon1234 monkey1234
   michael123 jennifer123 computer123 trustno1234 starwars123 pokemon123 minecraft123 facebook123 google1234
   internet123 correcthorsebatterystaple secret1234 secret12345 hello12345 testing123 testtest123 test123456
   student123 teacher123 rollcall123`.split(/\s+/),
);

/** Fewer different characters than this and a password is a pattern, however long. */
const DIFFERENT = 5;

/** Why a password that is long enough is still the first that would be guessed; undefined when it is not. */
export function weaknessOf(password: string, { email, name }: { email: string; name: string }) {
  const word = password.toLowerCase();
  if (COMMON.has(word)) return 'is among the most common ones';
  if (new Set(word).size < DIFFERENT) return `must have at least ${DIFFERENT} different characters`;
  const own = [email, email.split('@')[0] ?? '', name, name.replaceAll(/\s/g, '')];
  if (own.some((text) => text.toLowerCase() === word)) return 'must not be your own name or address';
  return undefined;
}

/** Throws 422 for a weak one, naming the field it came in. */
export function refuseWeak(password: string, field: string, person: { email: string; name: string }): void {
  const weakness = weaknessOf(password, person);
  if (weakness === undefined) return;
  throw unprocessable('weak-password', 'Choose a password that others would not guess first.', [
    { path: field, message: weakness },
  ]);
}
