/** Events as bytes on the wire: one in CloudEvents' structured mode, several in its batched mode. */
import { BATCH_CONTENT_TYPE, CONTENT_TYPE, type Envelope, EnvelopeSchema } from '@rollcall/contracts/event';

/** The events of a message. Throws when nobody can read it. */
export function readMessage(content: Buffer, contentType: string | undefined): Envelope[] {
  const parsed: unknown = JSON.parse(content.toString('utf8'));
  if (contentType === BATCH_CONTENT_TYPE) {
    if (!Array.isArray(parsed)) throw new SyntaxError('a batch is an array');
    return parsed.map((one) => EnvelopeSchema.parse(one));
  }
  return [EnvelopeSchema.parse(parsed)];
}

/** The message of several outbox bodies of one type, byte for byte: a lone one goes structured. */
export function writeMessage(bodies: readonly string[]): { content: Buffer; contentType: string } {
  const [first] = bodies;
  if (bodies.length === 1 && first !== undefined)
    return { content: Buffer.from(first), contentType: CONTENT_TYPE };
  return { content: Buffer.from(`[${bodies.join(',')}]`), contentType: BATCH_CONTENT_TYPE };
}
