/**
 * The sentences that a decision is explained by. The API tells them as English text; who shows them in another
 * language reads each back into its name and its figures.
 */
const SENTENCES = {
  policy:
    'Policy version {version} ({preset}): the student must attend at least {threshold} of the scheduled {scheduled} seconds, which is {needed}.',
  studentSeen: 'The student was in class for {seconds} seconds, {share}.',
  studentBetween:
    'The student was in class for at least {seconds} and at most {most} seconds, {share} to {mostShare}: an end was not seen.',
  studentCorrected:
    'The student was in class for {seconds} seconds, {share}, as an admin has set it by hand.',
  teacherAsked: 'The teacher must attend at least {share}, which is {needed} seconds.',
  teacherSeen: 'The teacher was in class for {seconds} seconds, {share}.',
  teacherBetween:
    'The teacher was in class for at least {seconds} and at most {most} seconds, {share} to {mostShare}: an end was not seen.',
  teacherCorrected:
    'The teacher was in class for {seconds} seconds, {share}, as an admin has set it by hand.',
  notObserved:
    'Nothing was seen of the room, so nobody can be said to have been absent: a person will decide.',
  inDoubt: 'These figures lie on both sides of what is asked: a person will decide.',
  teacherShort: 'The teacher was there for less than that: everything goes back to the student.',
  enough: '{seconds} is at least {needed}: the money goes to the teacher.',
  tooLittle: '{seconds} is less than {needed}: the money goes back to the student.',
  sessionCancelled: 'The session was cancelled.',
  givenUp: 'The student cancelled before the session started.',
  refunded: 'The student gets back {amount}, all of it.',
  byHand: 'An admin decided; the words are in the notes.',
  splitUp:
    "{share} of {amount}, half a unit rounded up, is the teacher's side: {side}; the student gets back {rest}.",
  commissionOfReferred:
    'Commission: {rate} of {amount} is {kept}, half a unit rounded up (the teacher was referred by somebody).',
  commissionOfOwnStudent:
    'Commission: {rate} of {amount} is {kept}, half a unit rounded up (the student came by this teacher).',
  commissionOtherwise:
    'Commission: {rate} of {amount} is {kept}, half a unit rounded up (the rate of everybody else).',
  commissionOverridden:
    'Commission: {rate} of {amount} is {kept}, half a unit rounded up (a rate of its own for this teacher or course).',
  referral: 'The referrer gets {share} of the commission, rounded down: {amount}; the platform keeps {rest}.',
  theRest: 'The teacher gets the rest: {amount} less {kept} is {rest}.',
} as const;

export type StepName = keyof typeof SENTENCES;
export const STEP_NAMES = Object.keys(SENTENCES) as StepName[];

type Slots<Sentence extends string> = Sentence extends `${string}{${infer Slot}}${infer Rest}`
  ? Slot | Slots<Rest>
  : never;

/** What a sentence has to be given: numbers, shares such as `20.00 %`, amounts such as `10.00 USD`. */
export type StepFigures<Name extends StepName> = Readonly<
  Record<Slots<(typeof SENTENCES)[Name]>, string | number>
>;

export interface Step {
  readonly name: StepName;
  readonly figures: Readonly<Record<string, string>>;
}

const SLOT = /\{(\w+)\}/g;

export const stepText = <Name extends StepName>(name: Name, figures: StepFigures<Name>): string =>
  filled(SENTENCES[name], figures);

/** A sentence with its figures in their places, as `{share}`. */
export function filled(sentence: string, figures: Readonly<Record<string, string | number>>): string {
  let text = '';
  for (const [n, part] of partsOf(sentence).entries()) text += n % 2 === 0 ? part : String(figures[part]);
  return text;
}

const cut = new Map<string, readonly string[]>();

/** Texts and names of slots by turns. Cut once: a class of a thousand is told of in five thousand sentences. */
function partsOf(sentence: string): readonly string[] {
  const known = cut.get(sentence);
  if (known !== undefined) return known;
  const parts = sentence.split(SLOT);
  cut.set(sentence, parts);
  return parts;
}

/** A figure is a word, or a number with its unit. */
const FIGURE = String.raw`[\w.-]+(?: (?:%|[A-Z]{3}))?`;
const escaped = (text: string): string => text.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
const PATTERNS = STEP_NAMES.map((name) => ({
  name,
  pattern: new RegExp(`^${escaped(SENTENCES[name]).replaceAll(SLOT, `(?<$1>${FIGURE})`)}$`),
}));

/** The sentence that a text is. Undefined: of a release that says it otherwise. */
export function readStep(text: string): Step | undefined {
  for (const { name, pattern } of PATTERNS) {
    const found = pattern.exec(text);
    if (found !== null) return { name, figures: { ...found.groups } };
  }
  return undefined;
}
