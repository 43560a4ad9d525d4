/**
 * Reads server-sent events off an answer, in browsers and Node alike: EventSource sends no Authorization header.
 *
 *     const answer = await fetch('/api/v1/events', { headers: { authorization, 'last-event-id': last }, signal });
 *     for await (const { event, id, data } of readEvents(answer)) …
 */
export interface ReceivedEvent {
  readonly event: string;
  /** The last id there was: what to send as Last-Event-ID when the line breaks. */
  readonly id: string | undefined;
  /** As it came; JSON here. */
  readonly data: string;
}

/** Characters of one event: who sends more without an end is not ours. */
const MOST = 100_000;

/**
 * Ends when the answer does; throws what broke it, and RangeError for an event without an end. `onBytes` is called whenever
 * anything comes, be it a heartbeat: who waits for the next one knows that the line still stands.
 */
export async function* readEvents(
  answer: Response,
  onBytes: () => void = () => {},
): AsyncGenerator<ReceivedEvent, void, undefined> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  const parse = createParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      yield* parse(decoder.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => {}); // it is over either way
  }
}

/** Feeds on text as it comes and gives what is whole. Source: the HTML standard, 'Interpreting an event stream'. */
function createParser(): (text: string) => readonly ReceivedEvent[] {
  let [rest, event, data]: [string, string, string] = ['', '', ''];
  let id: string | undefined;
  const field = (line: string) => {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'event') event = value;
    if (name === 'data') data += `${value}\n`;
    if (name === 'id' && !value.includes('\0')) id = value;
    if (data.length > MOST) throw new RangeError(`an event of more than ${MOST} characters`);
  };
  return (text) => {
    // A carriage return at the end may be half of a line's end.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > MOST) throw new RangeError(`a line of more than ${MOST} characters`);
    const whole: ReceivedEvent[] = [];
    for (const line of lines) {
      if (line !== '') field(line);
      else {
        if (data !== '') whole.push({ event: event || 'message', id, data: data.slice(0, -1) });
        [event, data] = ['', ''];
      }
    }
    return whole;
  };
}
