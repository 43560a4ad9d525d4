/** Server-sent events read from a fetch, which can carry the token where EventSource cannot. */
export interface Message {
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

/** Characters of one message: what is longer is none of ours. */
const MOST = 100_000;

/** Feeds on text as it comes and gives each whole message. Source: the HTML standard, 'Interpreting an event stream'. */
export function createParser(hear: (message: Message) => void): (text: string) => void {
  let [rest, event, data]: [string, string, string[]] = ['', '', []];
  let id: string | undefined;
  const line = (text: string) => {
    if (text === '') {
      if (data.length > 0) hear({ event: event || 'message', data: data.join('\n'), id });
      [event, data] = ['', []];
      return;
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(text) ?? [];
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
    if (field === 'id' && !value.includes('\0')) id = value;
  };
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > MOST) throw new RangeError('a message without an end');
    for (const one of lines) line(one);
  };
}
