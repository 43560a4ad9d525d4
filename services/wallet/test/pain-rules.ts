/**
 * What the published schema of pain.001.001.09 demands, and the message's own rules on counts, sums and ids, of as much
 * as a transfer file may hold: elements in order and number, choices, attributes, lengths, patterns, decimals. Written
 * from the message's definition, not from our builder: an element it does not name is wrong.
 */
import { exponentOf, isCurrency } from '@rollcall/contracts/money';
import { isValidBIC, isValidIBAN } from 'ibantools';
import { SaxesParser } from 'saxes';

export interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  text: string;
}

/** Parses strictly: throws for what is no well-formed XML. */
export function parseXml(text: string): Node {
  const top: Node = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const node = { name, attributes: attributes as Record<string, string>, children: [], text: '' };
    open.at(-1)!.children.push(node);
    open.push(node);
  });
  parser.on('text', (part) => {
    open.at(-1)!.text += part;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return top.children[0]!;
}

type Check = (text: string) => boolean;
/** An element of a sequence: how often it may come, and what is in it. */
type Part = readonly [name: string, least: number, most: number, Rule];
interface Rule {
  readonly text?: Check;
  readonly sequence?: readonly Part[];
  readonly choice?: readonly Part[];
  readonly attributes?: Readonly<Record<string, Check>>;
}

const matches = (pattern: RegExp): Rule => ({ text: (text) => pattern.test(text) });
const upTo = (most: number): Rule => ({ text: (text) => text.length >= 1 && text.length <= most });
const digitsOf = (text: string) => text.replace(/^[+-]/, '').replace('.', '').replace(/^0+/, '').length;
/** xs:decimal with so many digits in all and behind the point, at least 0 where it is an amount. */
const decimal = (total: number, fraction: number): Check => {
  const pattern = new RegExp(`^\\d+(\\.\\d{1,${fraction}})?$`);
  return (text) => pattern.test(text) && digitsOf(text) <= total;
};
/** In the schema, and never in a file of ours: an element that should not be there is as wrong as an unknown one. */
const NEVER: Rule = { text: () => false };

const nodes = (...parts: Part[]): Rule => ({ sequence: parts });
const choiceOf = (...parts: Part[]): Rule => ({ choice: parts });
const one = (name: string, rule: Rule): Part => [name, 1, 1, rule];
const maybe = (name: string, rule: Rule = NEVER): Part => [name, 0, 1, rule];
const MANY = Number.POSITIVE_INFINITY;

const COUNT = matches(/^[0-9]{1,15}$/);
const SUM: Rule = { text: decimal(18, 17) };
const INSTANT: Rule = {
  text: (text) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.test(text) &&
    !Number.isNaN(Date.parse(text)),
};
const DATE: Rule = {
  text: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toISOString().startsWith(text),
};
const CURRENCY: Check = (text) => /^[A-Z]{3}$/.test(text) && isCurrency(text);
const BIC: Rule = {
  text: (text) => /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(text) && isValidBIC(text),
};
const IBAN: Rule = {
  text: (text) => /^[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}$/.test(text) && isValidIBAN(text),
};

const PARTY = nodes(
  ...[maybe('Nm', upTo(140)), maybe('PstlAdr'), maybe('Id'), maybe('CtryOfRes'), maybe('CtctDtls')],
);
const OTHER = (most: number) => nodes(one('Id', upTo(most)), maybe('SchmeNm'), maybe('Issr'));
const ACCOUNT = nodes(
  one('Id', choiceOf(one('IBAN', IBAN), one('Othr', OTHER(34)))),
  maybe('Tp'),
  maybe('Ccy', { text: CURRENCY }),
  maybe('Nm', upTo(70)),
  maybe('Prxy'),
);
const INSTITUTION = nodes(
  ...[maybe('BICFI', BIC), maybe('ClrSysMmbId'), maybe('LEI'), maybe('Nm', upTo(140)), maybe('PstlAdr')],
  maybe('Othr', OTHER(35)),
);
const BRANCH = nodes(maybe('Id', upTo(35)), maybe('LEI'), maybe('Nm', upTo(140)), maybe('PstlAdr'));
const AGENT = nodes(one('FinInstnId', INSTITUTION), maybe('BrnchId', BRANCH));
const TYPE = nodes(
  maybe('InstrPrty'),
  ['SvcLvl', 0, MANY, choiceOf(one('Cd', upTo(4)), one('Prtry', upTo(35)))],
  maybe('LclInstrm'),
  maybe('CtgyPurp'),
);
const CHARGES = matches(/^(DEBT|CRED|SHAR|SLEV)$/);

const TRANSFER = nodes(
  one('PmtId', nodes(maybe('InstrId', upTo(35)), one('EndToEndId', upTo(35)), maybe('UETR'))),
  maybe('PmtTpInf', TYPE),
  one('Amt', choiceOf(one('InstdAmt', { text: decimal(18, 5), attributes: { Ccy: CURRENCY } }))),
  ...[maybe('XchgRateInf'), maybe('ChrgBr', CHARGES), maybe('MndtRltdInf'), maybe('ChqInstr')],
  ...[maybe('UltmtDbtr'), maybe('IntrmyAgt1'), maybe('IntrmyAgt1Acct'), maybe('IntrmyAgt2')],
  ...[maybe('IntrmyAgt2Acct'), maybe('IntrmyAgt3'), maybe('IntrmyAgt3Acct')],
  ...[maybe('CdtrAgt', AGENT), maybe('CdtrAgtAcct'), maybe('Cdtr', PARTY), maybe('CdtrAcct', ACCOUNT)],
  ...[maybe('UltmtCdtr'), maybe('InstrForCdtrAgt'), maybe('InstrForDbtrAgt'), maybe('Purp')],
  ...[maybe('RgltryRptg'), maybe('Tax'), maybe('RltdRmtInf')],
  maybe('RmtInf', nodes(['Ustrd', 0, MANY, upTo(140)], maybe('Strd'))),
  maybe('SplmtryData'),
);

const INSTRUCTION = nodes(
  ...[one('PmtInfId', upTo(35)), one('PmtMtd', matches(/^(CHK|TRF|TRA)$/)), maybe('BtchBookg')],
  ...[maybe('NbOfTxs', COUNT), maybe('CtrlSum', SUM), maybe('PmtTpInf', TYPE)],
  one('ReqdExctnDt', choiceOf(one('Dt', DATE), one('DtTm', INSTANT))),
  ...[maybe('PoolgAdjstmntDt'), one('Dbtr', PARTY), one('DbtrAcct', ACCOUNT), one('DbtrAgt', AGENT)],
  ...[maybe('DbtrAgtAcct'), maybe('InstrForDbtrAgt'), maybe('UltmtDbtr'), maybe('ChrgBr', CHARGES)],
  ...[maybe('ChrgsAcct'), maybe('ChrgsAcctAgt')],
  ['CdtTrfTxInf', 1, MANY, TRANSFER],
);

const HEADER = nodes(
  ...[one('MsgId', upTo(35)), one('CreDtTm', INSTANT), maybe('Authstn'), one('NbOfTxs', COUNT)],
  ...[maybe('CtrlSum', SUM), one('InitgPty', PARTY), maybe('FwdgAgt'), maybe('InitnSrc')],
);

const DOCUMENT: Rule = {
  sequence: [
    one(
      'CstmrCdtTrfInitn',
      nodes(one('GrpHdr', HEADER), ['PmtInf', 1, MANY, INSTRUCTION], maybe('SplmtryData')),
    ),
  ],
  attributes: { xmlns: (text) => text === 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09' },
};

/** What is wrong with a file; nothing: a bank's own check of it finds nothing either. */
export function faultsOf(file: string): string[] {
  const root = parseXml(file);
  const shape = root.name === 'Document' ? shapeFaults(root, DOCUMENT, 'Document') : ['no Document'];
  return shape.length > 0 ? shape : ruleFaults(root);
}

function shapeFaults(node: Node, rule: Rule, at: string): string[] {
  const wanted = rule.attributes ?? {};
  const names = new Set([...Object.keys(wanted), ...Object.keys(node.attributes)]);
  const faults = [...names].flatMap((name) =>
    wanted[name]?.(node.attributes[name] ?? '') ? [] : [`${at}@${name}`],
  );
  if (rule.text !== undefined)
    return node.children.length > 0 || !rule.text(node.text) ? [...faults, at] : faults;
  if (node.text.trim() !== '') faults.push(`${at}: text between elements`);
  return [...faults, ...(rule.choice ? chosenFaults(node, rule.choice, at) : partFaults(node, rule, at))];
}

function chosenFaults(node: Node, choice: readonly Part[], at: string): string[] {
  const [chosen, ...more] = node.children;
  const part = choice.find(([name]) => name === chosen?.name);
  if (chosen === undefined || part === undefined || more.length > 0) return [`${at}: choice`];
  return shapeFaults(chosen, part[3], `${at}/${chosen.name}`);
}

function partFaults(node: Node, { sequence = [] }: Rule, at: string): string[] {
  const faults: string[] = [];
  let next = 0;
  for (const [name, least, most, rule] of sequence) {
    let found = 0;
    for (; node.children[next]?.name === name; next += 1, found += 1)
      faults.push(...shapeFaults(node.children[next]!, rule, `${at}/${name}`));
    if (found < least || found > most) faults.push(`${at}/${name}: ${found} times`);
  }
  const left = node.children[next];
  return left === undefined ? faults : [...faults, `${at}/${left.name}: not here`];
}

/** All of this name below. */
export const all = (node: Node, name: string): Node[] =>
  node.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);
const textsOf = (node: Node, name: string) => all(node, name).map(({ text }) => text);

/** With 17 decimals, as many as a sum may have: exact. */
const exact = (text: string): bigint => {
  const [whole = '', part = ''] = text.split('.');
  return BigInt(whole + part.padEnd(17, '0'));
};
const sumOf = (texts: readonly string[]) => texts.reduce((total, text) => total + exact(text), 0n);

/** What no schema says: counts, sums, ids, decimals of a currency, SEPA's rules, the characters banks take. */
function ruleFaults(root: Node): string[] {
  const groups = [root.children[0]!, ...all(root, 'PmtInf')];
  const counted = groups.flatMap((group) => {
    const head = group.name === 'PmtInf' ? group : all(group, 'GrpHdr')[0]!;
    const own = (name: string) => head.children.find((child) => child.name === name)?.text ?? '';
    const isSum = exact(own('CtrlSum')) === sumOf(textsOf(group, 'InstdAmt'));
    const isCount = own('NbOfTxs') === String(all(group, 'CdtTrfTxInf').length);
    return [...(isSum ? [] : [`${group.name}: CtrlSum`]), ...(isCount ? [] : [`${group.name}: NbOfTxs`])];
  });
  const ids = textsOf(root, 'EndToEndId');
  const unique = new Set(ids).size === ids.length ? [] : ['EndToEndId twice'];
  const amounts = all(root, 'InstdAmt').flatMap(({ text, attributes }) => {
    const decimals = text.split('.')[1]?.length ?? 0;
    return decimals <= exponentOf(attributes.Ccy!) && exact(text) > 0n ? [] : ['InstdAmt'];
  });
  return [...counted, ...unique, ...amounts, ...signFaults(root), ...sepaFaults(root)];
}

const signFaults = (node: Node): string[] =>
  node.children.length === 0 && !/^[A-Za-z0-9/\-?:().,'+ ]*$/.test(node.text)
    ? [`${node.name}: signs`]
    : node.children.flatMap(signFaults);

function sepaFaults(root: Node): string[] {
  return all(root, 'PmtInf').flatMap((group) => {
    const isSepa = textsOf(group, 'Cd').includes('SEPA');
    const right =
      all(group, 'InstdAmt').every(({ attributes }) => attributes.Ccy === 'EUR') &&
      all(group, 'Othr').every((other) => textsOf(other, 'Id')[0] === 'NOTPROVIDED') &&
      textsOf(group, 'ChrgBr').every((bearer) => bearer === 'SLEV') &&
      textsOf(group, 'Nm').every((name) => name.length <= 70);
    return isSepa && !right ? ['SEPA'] : [];
  });
}
