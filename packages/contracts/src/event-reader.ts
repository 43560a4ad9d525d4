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

/** Ends when the answer does; throws what broke it, and RangeError for an event without an end. */
export async function* readEvents(answer: Response): AsyncGenerator<ReceivedEvent, void, undefined> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  let [text, id]: [string, string | undefined] = ['', undefined];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text = (text + decoder.decode(value, { stream: true })).replaceAll(/\r\n?/g, '\n');
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      if (text.length > MOST) throw new RangeError(`an event of more than ${MOST} characters`);
      for (const block of blocks) {
        const fields = fieldsOf(block);
        id = fields.get('id') ?? id;
        const data = fields.get('data');
        if (data !== undefined) yield { event: fields.get('event') ?? 'message', id, data };
      }
    }
  } finally {
    await reader.cancel().catch(() => {}); // it is over either way
  }
}

/** Comments have no name before their colon. Lines of data are one text. */
function fieldsOf(block: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    const before = name === 'data' ? fields.get(name) : undefined;
    fields.set(name, before === undefined ? value : `${before}\n${value}`);
  }
  return fields;
}
