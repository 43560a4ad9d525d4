/** XML, as far as it is written here: elements with texts, escaped by whoever writes them. Nothing here reads any. */

type Child = string | readonly Child[] | undefined;

const ESCAPED: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' },
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ESCAPED[sign] ?? sign);

type Attributes = Readonly<Record<string, string>>;

const opening = (name: string, attributes: Attributes): string =>
  [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(' ');

/** An element with nothing in it but text. */
export const leaf = (name: string, text: string, attributes: Attributes = {}): string =>
  `<${opening(name, attributes)}>${escaped(text)}</${name}>`;

/** An element of elements, in this order, each on lines of its own; what is undefined is not there. */
export function element(name: string, children: readonly Child[], attributes: Attributes = {}): string {
  const inside = (children.flat(8) as (string | undefined)[]).filter((child) => child !== undefined);
  const lines = inside.flatMap((child) => child.split('\n')).map((line) => `  ${line}`);
  return [`<${opening(name, attributes)}>`, ...lines, `</${name}>`].join('\n');
}
